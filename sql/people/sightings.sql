-- The standing sightings of the records in scope.
-- grain: source, entity, record_ref, customer_ref, email, phone, visitor_ref
-- reads: current_sightings, scope
select
    s.source, s.entity, s.record_ref, s.customer_space, s.customer_ref, s.email, s.phone,
    s.visitor_ref,
    nullif(s.seen_on, date '0001-01-01') as seen_on,
    s.first_batch
from current_sightings as s
left join scope as r
    on s.source = r.source and s.entity = r.entity and s.record_ref = r.record_ref
where :is_full or r.record_ref is not null
