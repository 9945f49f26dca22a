-- What each person had done by the end of each published night's day.
-- grain: person_id, as_of
select
    f.*,
    cast(f.person_id as text) as person_key
from features.customer_features as f
inner join ops.published as p on f.night_id = p.night_id
where p.replaced_at is null and p.retired_at is null
