-- How many rows of a batch lie in quarantine.
-- grain: one row
-- reads: quarantine.rows
select count(*) as row_count
from quarantine.rows
where batch_id = :batch_id and staging_version = :staging_version
