-- Batches of a source that were refused with their rows and never let in, and since when.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states, ops.contract_results
select b.batch_id, b.file, min(r.checked_at) as refused_at
from ops.batches as b
inner join ops.contract_results as r on b.batch_id = r.batch_id
where
    b.source = :source
    and b.stored_count > 0
    and exists (
        select from ops.batch_states as s
        where s.batch_id = b.batch_id and s.state = 'refused'
    )
    and not exists (
        select from ops.batch_states as s
        where s.batch_id = b.batch_id and s.state != 'refused'
    )
group by b.batch_id, b.file
order by b.batch_id
