-- The attempt that stands for :as_of.
select n.*, p.published_at
from ops.published as p
inner join ops.nights as n on p.night_id = n.night_id
where p.replaced_at is null and p.as_of = :as_of
