-- The people of a night who consent to marketing, as known at :consent_known_at: at least one of
-- their customer records says true and none says false; null says nothing.
-- grain: person_id
-- reads: members, staging.customers
with refs as (
    select distinct person_id, customer_space, customer_ref
    from members
    where night_id = :night_id and customer_ref is not null
)

select r.person_id
from refs as r
inner join staging.customers as c
    on r.customer_space = c.customer_space and r.customer_ref = c.customer_ref
where
    c.staging_version = :consent_staging_version
    and c.batch_from <= :consent_known_at and c.batch_to > :consent_known_at
group by r.person_id
having
    count(*) filter (where c.consent_marketing) > 0
    and count(*) filter (where not c.consent_marketing) = 0
