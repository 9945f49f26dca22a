-- The sightings that count from another day since a batch.
-- grain: sighting_key
-- reads: changed_sightings
select
    cast(:staging_version as text) as staging_version,
    sighting_key,
    source,
    entity,
    record_ref,
    customer_space,
    customer_ref,
    email,
    phone,
    visitor_ref,
    counts_from as seen_on,
    first_batch,
    cast(:batch_id as bigint) as batch_from,
    cast(:forever as bigint) as batch_to
from changed_sightings
where counts_from is not null
