-- What came with a batch.
-- grain: one row
-- reads: ops.batches
select batch_id, source, file, received_count
from ops.batches
where batch_id = :batch_id
