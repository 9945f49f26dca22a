-- The rows a source sent of each day, in the first batch that had the day after it had ended.
-- grain: day
-- reads: ops.batch_days, ops.batches, ops.batch_states
select distinct on (d.day)
    d.day,
    d.row_count
from ops.batch_days as d
inner join ops.batches as b on d.batch_id = b.batch_id
inner join ops.batch_states as s
    on d.batch_id = s.batch_id and d.staging_version = s.staging_version
where
    d.staging_version = :staging_version
    and s.state != 'refused'
    and b.source = :source
    and b.batch_id < :first_batch
    and b.replay_of is null
    and d.day < b.landed_on
order by d.day, d.batch_id
