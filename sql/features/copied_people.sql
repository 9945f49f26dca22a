-- Who is not touched, as the earlier night computed them.
-- grain: person_id
-- reads: previous_features, touched
select p.*
from previous_features as p
left join touched as t on p.person_id = t.person_id
where t.person_id is null
