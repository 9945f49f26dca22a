-- What became of the good deletions that rows of a batch brought.
-- grain: fate
-- reads: ops.deletion_fates, quarantine.rows, staging.left_out
select d.fate, count(*) as row_count
from ops.deletion_fates as d
left join quarantine.rows as q
    on d.staging_version = q.staging_version and d.batch_id = q.batch_id and d.row_no = q.row_no
left join staging.left_out as l
    on d.staging_version = l.staging_version and d.batch_id = l.batch_id and d.row_no = l.row_no
where
    d.staging_version = :staging_version
    and d.batch_id = :batch_id
    and q.row_no is null
    and l.row_no is null
group by d.fate
