-- A finished attempt is kept unpublished while its builder lives.
update ops.nights
set status = 'built'
where night_id = :night_id and status = 'building'
