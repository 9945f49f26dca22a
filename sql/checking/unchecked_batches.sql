-- Batches that this version of the contracts has not judged, oldest first.
-- `is_new`: no version has let it in yet; only then may what it is beside others refuse it.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states
select
    b.*,
    not exists (
        select from ops.batch_states as before
        where before.batch_id = b.batch_id and before.state != 'refused'
    ) as is_new
from ops.batches as b
left join ops.batch_states as s
    on b.batch_id = s.batch_id and s.staging_version = :staging_version
where s.batch_id is null
order by b.batch_id
