-- What each scored person is expected to do, by each published night.
-- grain: person_id, as_of
select
    s.*,
    cast(s.person_id as text) as person_key
from features.customer_scores as s
inner join ops.published as p on s.night_id = p.night_id
where p.replaced_at is null and p.retired_at is null
