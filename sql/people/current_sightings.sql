-- The sightings that count by the end of :as_of, as known at :known_at.
-- grain: sighting_key
-- reads: identity.sightings
select *
from identity.sightings
where
    staging_version = :staging_version
    and batch_from <= :known_at and batch_to > :known_at
    and seen_on <= cast(:as_of as date)
