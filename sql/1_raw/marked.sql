-- The rows of the inbox: what is not mapped as one object, and whether a row stands or is deleted.
-- A column that a row leaves empty is as if its file had no such column.
-- grain: row_no
-- reads: inbox
with opened as (
    select
        i.*,
        jsonb_strip_nulls(jsonb_object(cast(:extra_columns as text[]), i.attribute_values))
            as extras
    from inbox as i
)

select
    o.*,
    nullif(o.extras, cast('{}' as jsonb)) as attributes,
    case
        when lower(o.tombstone) in ('true', 't', 'yes', 'y', '1') then 'delete' else 'upsert'
    end as op
from opened as o
