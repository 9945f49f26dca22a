-- The nights that stand, oldest first.
-- grain: as_of
-- reads: ops.published, ops.nights
select n.*, p.published_at, p.retired_at
from ops.published as p
inner join ops.nights as n on p.night_id = n.night_id
where p.replaced_at is null
order by n.as_of
