-- The batch in which these bytes were landed from this source before.
-- grain: batch_id
select batch_id, file
from ops.batches
where source = :source and file_hash = :file_hash
order by batch_id
limit 1
