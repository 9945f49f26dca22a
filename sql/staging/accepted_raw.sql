-- The rows of a batch as received that are not in quarantine.
-- grain: row_no
-- reads: received, quarantine.rows
select r.*
from received as r
left join quarantine.rows as q
    on q.staging_version = :staging_version and r.batch_id = q.batch_id and r.row_no = q.row_no
where r.batch_id = :batch_id and q.row_no is null
