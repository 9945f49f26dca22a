-- Which person each record belongs to by the end of :as_of: what was found tonight, and outside
-- its scope what the earlier night found.
-- grain: source, entity, record_ref
-- reads: found_members, previous_members, scope
select
    cast(:night_id as bigint) as night_id,
    cast(:as_of as date) as as_of,
    person_id,
    source,
    entity,
    record_ref,
    customer_space,
    customer_ref,
    linked_on,
    evidence
from found_members
union all
select
    cast(:night_id as bigint) as night_id,
    cast(:as_of as date) as as_of,
    p.person_id,
    p.source,
    p.entity,
    p.record_ref,
    p.customer_space,
    p.customer_ref,
    p.linked_on,
    p.evidence
from previous_members as p
left join scope as s
    on p.source = s.source and p.entity = s.entity and p.record_ref = s.record_ref
where s.record_ref is null
