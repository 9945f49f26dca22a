-- Batches of a source that were refused with their rows and never let in, and since when.
-- grain: batch_id
-- reads: refused, ops.batches, ops.contract_results
select b.batch_id, b.file, min(r.checked_at) as refused_at
from refused as n
inner join ops.batches as b on n.batch_id = b.batch_id
inner join ops.contract_results as r on b.batch_id = r.batch_id
group by b.batch_id, b.file
order by b.batch_id
