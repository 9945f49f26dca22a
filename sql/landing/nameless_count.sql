-- How many rows of a file do not say what they are about.
-- grain: one row
-- reads: rows_keyed
select count(*) as row_count
from rows_keyed
where row_key = '' or starts_with(row_key, chr(31))
