-- The names that repaired rows use.
-- grain: name
-- reads: objects
select distinct jsonb_object_keys(object) as name
from objects
order by name
