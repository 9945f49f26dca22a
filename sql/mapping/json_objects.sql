-- The lines of the inbox that are JSON objects, each a row.
-- grain: row_no
-- reads: raw.inbox_lines
with readable as (
    select
        row_no,
        case when pg_input_is_valid(line, 'jsonb') then cast(line as jsonb) end as object
    from raw.inbox_lines
)

select
    row_no,
    object,
    cast(null as jsonb) as element
from readable
where jsonb_typeof(object) = 'object'
