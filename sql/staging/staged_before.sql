-- Whether a source has rows in staging already.
-- grain: one row
-- reads: ops.batches, ops.batch_states
select count(*) > 0 as is_staged
from ops.batches as b
inner join ops.batch_states as s on b.batch_id = s.batch_id
where
    b.source = :source
    and b.batch_id < :batch_id
    and s.staging_version = :staging_version
    and s.staged_count > 0
