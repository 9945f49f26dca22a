-- Merge entries into figures of one night.
update ops.nights
set figures = figures || cast(:entries as jsonb)
where night_id = :night_id
