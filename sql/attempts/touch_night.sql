-- Keep a claim alive.
update ops.nights
set active_at = :now
where night_id = :night_id
