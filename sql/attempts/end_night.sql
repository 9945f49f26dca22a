-- End an attempt that is not published.
update ops.nights
set status = :status, failure = :failure, ended_at = :now
where night_id = :night_id and status in ('building', 'built')
