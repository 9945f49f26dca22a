-- Rows rejected up to a night's known_at, by rule and source.
-- grain: rule, source
-- reads: ops.rejected_rows
select rule, source, count(*) as row_count, max(file) as newest_file
from ops.rejected_rows
where batch_id <= :known_at
group by rule, source
order by row_count desc, rule asc, source asc
