-- The objects of the inbox as rows: one text per wanted name, in the order of :wanted.
-- grain: row_no
-- reads: raw.inbox_lines
with objects as (
    select row_no, cast(line as jsonb) as object
    from raw.inbox_lines
    where
        case
            when pg_input_is_valid(line, 'jsonb') then jsonb_typeof(cast(line as jsonb)) = 'object'
            else false
        end
)

select
    o.row_no,
    cells.cells
from objects as o
cross join lateral (
    select array_agg(nullif(o.object ->> w.name, '') order by w.place) as cells
    from unnest(cast(:wanted as text[])) with ordinality as w (name, place)
) as cells
