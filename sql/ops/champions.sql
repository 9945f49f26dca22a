-- Of each kind of model, the newest champion trained up to :as_of.
select distinct on (kind) kind, model_id
from ops.model_versions
where champion_since is not null and trained_as_of <= :as_of
order by kind asc, trained_as_of desc, champion_since desc
