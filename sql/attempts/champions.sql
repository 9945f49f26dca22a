-- Of each kind of model, the newest champion trained up to :as_of.
-- grain: kind
select distinct on (kind) kind, model_id, name, features, trained_as_of, training_id
from ops.model_versions
where champion_since is not null and trained_as_of <= :as_of
order by kind asc, trained_as_of desc, champion_since desc
