-- The models of the newest training, those that serve marked.
-- grain: model_id
-- reads: ops.model_versions
select kind, name, model_id, trained_as_of, metrics, verdict, champion_since
from ops.model_versions
where training_id = (select max(training_id) from ops.model_versions)
order by kind asc, cast(metrics ->> 'average_precision' as double precision) desc nulls last, name
