-- The elements that a path finds in the lines of the inbox, each a row beside its whole object.
-- A line in which it finds none is a row without an object: nothing lands of it.
-- grain: row_no
-- reads: raw.inbox_lines
with readable as (
    select
        row_no as line_no,
        case when pg_input_is_valid(line, 'jsonb') then cast(line as jsonb) end as object
    from raw.inbox_lines
),

opened as (
    select
        r.line_no,
        r.object,
        e.place,
        e.element
    from readable as r
    left join
        lateral
        jsonb_path_query(
            r.object, cast(cast(:explode as text) as jsonpath), cast('{}' as jsonb), true
        ) with ordinality as e (element, place)
        on true
    where jsonb_typeof(r.object) = 'object'
)

select
    row_number() over (order by line_no, place) as row_no,
    case when element is not null then object end as object,
    element
from opened
