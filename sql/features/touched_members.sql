-- The records of the touched people.
-- grain: source, entity, record_ref
-- reads: members, touched
select m.person_id, m.source, m.entity, m.record_ref, m.customer_ref, t.reason
from members as m
inner join touched as t on m.person_id = t.person_id
