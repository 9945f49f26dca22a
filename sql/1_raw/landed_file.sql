-- The batch in which these bytes were landed from this source before; readable ones first.
-- grain: batch_id
select batch_id, file, fault
from ops.batches
where source = :source and file_hash = :file_hash
order by fault is not null, batch_id
limit 1
