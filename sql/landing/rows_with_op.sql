-- The rows of the inbox in our columns, and whether a row stands or is deleted.
-- A column that a row leaves empty is as if its source had no such column.
-- grain: row_no
-- reads: mapped
select
    m.*,
    nullif(m.extras, cast('{}' as jsonb)) as attributes,
    case
        when lower(m.tombstone) in ('true', 't', 'yes', 'y', '1') then 'delete' else 'upsert'
    end as op
from mapped as m
