-- What each source has sent.
-- grain: source, entity
-- reads: ops.batches, ops.batch_states
select
    b.source,
    b.entity,
    count(*) as batch_count,
    max(b.landed_at) as last_landed_at,
    sum(b.received_count) as received_count,
    sum(b.deleted_count) as deleted_count,
    count(case when s.state = 'refused' then 1 end) as refused_count
from ops.batches as b
left join ops.batch_states as s
    on b.batch_id = s.batch_id and s.staging_version = :staging_version
group by b.source, b.entity
order by min(b.batch_id)
