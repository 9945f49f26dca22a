-- Batches that are checked and wait to be staged, oldest first; none behind one not judged yet, so
-- that the batch that names a customer_ref first is staged first.
-- grain: batch_id
select b.batch_id, b.source, b.entity, b.file
from ops.batches as b
inner join ops.batch_states as s on b.batch_id = s.batch_id
where
    s.staging_version = :staging_version and s.state = 'checked'
    and not exists (
        select 1
        from ops.batches as before
        left join ops.batch_states as judged
            on before.batch_id = judged.batch_id and judged.staging_version = :staging_version
        where before.batch_id < b.batch_id and judged.batch_id is null
    )
order by b.batch_id
