-- The next landing number.
-- grain: one row
-- reads: ops.batches
select coalesce(max(batch_id), 0) + 1 as batch_id
from ops.batches
