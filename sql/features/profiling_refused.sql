-- People of whom a customers record says that they are not to be profiled. Consent is asked as
-- known at :known_at, whatever :as_of, of every record with one of the person's customer_refs.
-- grain: person_id
-- reads: staging.customers, members
select distinct m.person_id
from staging.customers as c
inner join members as m
    on c.customer_space = m.customer_space and c.customer_ref = m.customer_ref
where
    c.staging_version = :staging_version
    and c.batch_from <= :known_at and c.batch_to > :known_at
    and not c.consent_profiling
