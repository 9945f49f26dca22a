-- The identifiers each customer record shows, and the day from which they count.
-- A record without created_at counts always.
-- grain: batch_from, row
-- reads: staging.customers
select
    source,
    'customers' as entity,
    record_ref,
    customer_space,
    customer_ref,
    email,
    phone,
    cast(null as text) as visitor_ref,
    coalesce(created_on, date '0001-01-01') as seen_on,
    batch_from,
    batch_to
from staging.customers
where staging_version = :staging_version
