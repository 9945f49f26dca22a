-- Merge entries into content_hashes of one night.
update ops.nights
set content_hashes = content_hashes || cast(:entries as jsonb)
where night_id = :night_id
