-- What became of the rows of a batch that is being refused.
-- grain: fate
-- reads: ops.fate_counts
select fate, row_count
from ops.fate_counts
where staging_version = :staging_version and batch_id = :batch_id
