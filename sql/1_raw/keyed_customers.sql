-- The rows of the inbox, each with the hash of its content and the key it is known by.
-- grain: row_no
-- reads: marked
select
    m.*,
    cast(md5(cast(row(
        m.op, m.extras,
        m.customer_ref, m.created_at, m.updated_at, m.email, m.phone, m.given_name,
        m.family_name, m.birth_date, m.street, m.postcode, m.city, m.country,
        m.consent_marketing, m.consent_profiling
    ) as text)) as uuid) as row_hash,
    coalesce(m.customer_ref, '') as row_key
from marked as m
