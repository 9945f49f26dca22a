-- Merge entries into row_counts of one night.
update ops.nights
set row_counts = row_counts || cast(:entries as jsonb)
where night_id = :night_id
