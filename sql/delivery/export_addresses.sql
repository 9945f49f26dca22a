-- How each consenting person of a night is reached, as known at :consent_known_at: e-mail and phone
-- of the newest of their customer records that themselves say true. Empty unless a destination asks
-- for them.
-- grain: person_id
-- reads: members, consenting, staging.customers
with records as (
    select
        m.person_id,
        c.email,
        c.phone,
        row_number() over (
            partition by m.person_id
            order by
                c.email is null asc, c.updated_at desc nulls last, c.batch_from desc, c.source asc,
                c.row_no asc
        ) as email_place,
        row_number() over (
            partition by m.person_id
            order by
                c.phone is null asc, c.updated_at desc nulls last, c.batch_from desc, c.source asc,
                c.row_no asc
        ) as phone_place
    from (
        select distinct person_id, customer_space, customer_ref
        from members
        where night_id = :night_id and customer_ref is not null
    ) as m
    inner join consenting using (person_id)
    inner join staging.customers as c
        on m.customer_space = c.customer_space and m.customer_ref = c.customer_ref
    where
        :needs_addresses
        and c.staging_version = :consent_staging_version
        and c.batch_from <= :consent_known_at and c.batch_to > :consent_known_at
        and c.consent_marketing
),

chosen as (
    select
        person_id,
        max(case when email_place = 1 then email end) as email,
        max(case when phone_place = 1 then phone end) as phone
    from records
    group by person_id
)

select
    person_id,
    email,
    phone,
    encode(sha256(convert_to(email, 'UTF8')), 'hex') as email_sha256,
    encode(sha256(convert_to(phone, 'UTF8')), 'hex') as phone_sha256
from chosen
