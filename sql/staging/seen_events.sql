-- The identifiers each event shows, and its day.
-- grain: batch_from, row
-- reads: staging.events
select
    source,
    'events' as entity,
    record_ref,
    customer_space,
    customer_ref,
    email,
    cast(null as text) as phone,
    visitor_ref,
    occurred_on as seen_on,
    batch_from,
    batch_to
from staging.events
where staging_version = :staging_version and record_ref is not null
