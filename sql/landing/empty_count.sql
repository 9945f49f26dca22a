-- How many lines have none of the elements asked for.
-- grain: one row
-- reads: objects
select count(*) as row_count
from objects
where object is null
