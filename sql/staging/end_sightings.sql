-- End the sightings whose day a batch changed.
update identity.sightings as s
set batch_to = :batch_id
from changed_sightings as c
where
    s.staging_version = :staging_version
    and s.sighting_key = c.sighting_key
    and s.batch_to = :forever
