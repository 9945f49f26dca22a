-- Trainings whose drift reference nothing is held against any more: none of their models was ever
-- promoted or serves a night that stands.
-- grain: training_id
-- reads: ops.drift_reference, ops.model_versions, ops.published, ops.nights
with serving as (
    select model_id
    from ops.model_versions
    where champion_since is not null
    union
    select m.model_id
    from ops.published as p
    inner join ops.nights as n on p.night_id = n.night_id
    cross join lateral jsonb_each_text(n.models) as m (kind, model_id)
    where p.replaced_at is null
)

select distinct r.training_id
from ops.drift_reference as r
where
    not exists (
        select from ops.model_versions as v
        inner join serving as s on v.model_id = s.model_id
        where v.training_id = r.training_id
    )
    and r.training_id < (select max(training_id) from ops.model_versions)
order by r.training_id
