-- The models of the newest training, those that serve marked.
-- grain: model_id
-- reads: ops.model_versions
with newest as (
    select max(training_id) as training_id
    from ops.model_versions
)

select
    m.kind,
    m.name,
    m.model_id,
    m.trained_as_of,
    m.metrics,
    m.verdict,
    m.champion_since
from ops.model_versions as m
inner join newest on m.training_id = newest.training_id
order by
    m.kind asc,
    cast(m.metrics ->> 'average_precision' as double precision) desc nulls last,
    m.name asc
