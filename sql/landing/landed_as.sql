-- The batch in which a file of this name landed last.
-- grain: one row
-- reads: ops.batches
select
    b.batch_id,
    b.byte_count,
    b.landed_on,
    b.fault
from ops.batches as b
where b.source = :source and b.file = :file
order by b.batch_id desc
limit 1
