-- The highest landing number up to which every batch is staged or refused; 0 before the first.
select
    coalesce(
        min(b.batch_id) filter (where s.state is null or s.state = 'checked') - 1,
        max(b.batch_id),
        0
    ) as known_at
from ops.batches as b
left join ops.batch_states as s
    on b.batch_id = s.batch_id and s.staging_version = :staging_version
