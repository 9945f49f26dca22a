-- Add a sentence to a night's notes, once.
update ops.nights
set notes = notes || cast(:note as jsonb)
where night_id = :night_id and not notes @> cast(:note as jsonb)
