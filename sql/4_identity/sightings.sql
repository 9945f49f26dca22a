-- The sightings of the records in scope that count by the end of :as_of, as known at :known_at.
-- grain: source, entity, record_ref, customer_ref, email, phone, visitor_ref
-- reads: identity.sightings, scope
select
    s.source, s.entity, s.record_ref, s.customer_space, s.customer_ref, s.email, s.phone,
    s.visitor_ref,
    nullif(s.seen_on, date '0001-01-01') as seen_on,
    s.first_batch
from identity.sightings as s
left join scope as r
    on s.source = r.source and s.entity = r.entity and s.record_ref = r.record_ref
where
    s.staging_version = :staging_version
    and s.batch_from <= :known_at and s.batch_to > :known_at
    and s.seen_on <= cast(:as_of as date)
    and (:is_full or r.record_ref is not null)
