-- The rows of the inbox as raw would keep them, whatever was received before.
-- grain: row_no
-- reads: rows_keyed
select
    k.*,
    cast(:source as text) as source,
    cast(:batch_id as bigint) as batch_id
from rows_keyed as k
