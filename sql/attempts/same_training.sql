-- The training that knew the same and came to exactly these models.
select training_id
from ops.model_versions
where trained_as_of = :as_of and known_at = :known_at
group by training_id
having array_agg(model_id order by model_id) = cast(:model_ids as text[])
order by training_id
limit 1
