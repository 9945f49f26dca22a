-- Those of some models that were first trained on days after :as_of.
-- grain: model_id
select model_id, min(kind) as kind, min(trained_as_of) as trained_as_of
from ops.model_versions
where model_id = any(cast(:model_ids as text[]))
group by model_id
having min(trained_as_of) > :as_of
order by kind
