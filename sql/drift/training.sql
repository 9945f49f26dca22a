-- The training a night is held against: of those that made a model serving it and were made from
-- no later day, the newest; of several of one day the one with most of its models, then the first.
select
    v.training_id,
    exists(
        select 1 from ops.drift_reference as r
        where r.training_id = v.training_id
    ) as is_kept
from ops.model_versions as v
inner join jsonb_each_text(cast(:models as jsonb)) as m (kind, model_id)
    on v.kind = m.kind and v.model_id = m.model_id
where v.trained_as_of <= cast(:as_of as date)
group by v.training_id, v.trained_as_of
order by v.trained_as_of desc, count(*) desc, v.training_id
limit 1
