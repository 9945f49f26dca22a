-- The typed rows of a batch that are not in quarantine.
-- grain: row_no
-- reads: typed, quarantine.rows
select t.*
from typed as t
left join quarantine.rows as q
    on q.staging_version = :staging_version and t.batch_id = q.batch_id and t.row_no = q.row_no
where q.row_no is null
