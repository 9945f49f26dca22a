-- The names that objects of the inbox use.
-- grain: name
-- reads: raw.inbox_lines
select distinct jsonb_object_keys(cast(line as jsonb)) as name
from raw.inbox_lines
where pg_input_is_valid(line, 'jsonb') and jsonb_typeof(cast(line as jsonb)) = 'object'
order by name
