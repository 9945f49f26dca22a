-- Sightings that did not count for the earlier night and do tonight, or the other way round: a
-- version came or ended since, or its day has come.
-- Without an earlier night :previous_* are null, and no comparison holds.
-- grain: sighting_key, batch_from
-- reads: identity.sightings
select *
from identity.sightings
where
    staging_version = :staging_version
    and seen_on <= cast(:as_of as date)
    and (
        (batch_from > :previous_known_at and batch_from <= :known_at)
        or (batch_to > :previous_known_at and batch_to <= :known_at)
        or (
            seen_on > cast(:previous_as_of as date)
            and batch_from <= :known_at and batch_to > :known_at
        )
    )
