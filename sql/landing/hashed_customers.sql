-- The rows of the inbox, each with the hash of its content and the name it goes by.
-- grain: row_no
-- Rows that may have the same key have the same twin.
-- reads: rows_with_op
select
    m.*,
    '' as stem,
    coalesce(m.customer_ref, '') as own_name,
    cast(md5(cast(row(
        m.op, m.extras,
        m.customer_ref, m.created_at, m.updated_at, m.email, m.phone, m.given_name,
        m.family_name, m.birth_date, m.street, m.postcode, m.city, m.country,
        m.consent_marketing, m.consent_profiling
    ) as text)) as uuid) as row_hash,
    cast(null as uuid) as deleted_hash,
    hashtextextended(coalesce(m.customer_ref, ''), 0) as twin
from rows_with_op as m
