-- The identifiers each order line shows, and its day.
-- grain: batch_from, row
-- reads: staging.order_lines
select
    source,
    'order_lines' as entity,
    record_ref,
    customer_space,
    customer_ref,
    email,
    phone,
    cast(null as text) as visitor_ref,
    ordered_on as seen_on,
    batch_from,
    batch_to
from staging.order_lines
where staging_version = :staging_version and record_ref is not null
