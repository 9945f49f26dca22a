-- An attempt is published.
update ops.nights
set status = 'published', ended_at = :now
where night_id = :night_id
