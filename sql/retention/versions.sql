-- Versions of the stage that nothing needs any more: not today's, not of the newest :nights nights
-- that stand, of none being built, and not begun after the newest night was opened (then it is
-- somebody's who runs newer code).
-- grain: staging_version
-- reads: ops.batch_states, ops.staging_versions, ops.published, ops.nights
with newest as (
    select n.staging_version, n.opened_at
    from ops.published as p
    inner join ops.nights as n on p.night_id = n.night_id
    where p.replaced_at is null
    order by p.as_of desc
    limit :nights
),

needed as (
    select cast(:staging_version as text) as staging_version
    union all
    select staging_version from newest
    union all
    select staging_version
    from ops.nights
    where status in ('building', 'built')
)

select distinct s.staging_version
from ops.batch_states as s
left join ops.staging_versions as v on s.staging_version = v.staging_version
where
    (v.first_used_at is null or v.first_used_at < (select max(opened_at) from newest))
    and not exists (
        select from needed as n
        where n.staging_version = s.staging_version
    )
order by s.staging_version
