-- What the version was made of under which the newest batch was last staged, if it is not today's.
-- grain: one row or none
-- reads: ops.batch_states, ops.staging_versions
select
    s.staging_version,
    v.content
from ops.batch_states as s
left join ops.staging_versions as v on s.staging_version = v.staging_version
where s.staging_version != :staging_version and s.state = 'staged'
order by v.first_used_at desc nulls last, s.batch_id desc
limit 1
