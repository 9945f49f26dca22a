-- What became of batches that were waiting to be judged or staged: those asked for, and all that
-- wait now.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states
select
    b.batch_id,
    b.source,
    b.entity,
    b.file,
    b.stored_count,
    s.state,
    s.reason,
    s.quarantined_count,
    s.checked_seconds,
    s.staged_count,
    s.superseded_count,
    s.staged_seconds
from ops.batches as b
left join ops.batch_states as s
    on b.batch_id = s.batch_id and s.staging_version = :staging_version
where
    s.state is null
    or s.state = 'checked'
    or b.batch_id = any(cast(:batch_ids as bigint[]))
order by b.batch_id
