-- How many versions a source has sent so far.
-- grain: one row
-- reads: ops.batches
select coalesce(sum(stored_count + deleted_count), 0) as version_count
from ops.batches
where source = :source
