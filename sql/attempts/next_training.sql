-- The number of the next training.
select coalesce(max(training_id), 0) + 1 as training_id
from ops.model_versions
