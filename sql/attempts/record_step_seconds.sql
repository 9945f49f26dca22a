-- Merge entries into step_seconds of one night.
update ops.nights
set step_seconds = step_seconds || cast(:entries as jsonb)
where night_id = :night_id
