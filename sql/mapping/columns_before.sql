-- The columns that a source has ever sent.
-- grain: name
-- reads: ops.batches
select distinct sent.name
from ops.batches as b
cross join lateral unnest(b.columns) as sent (name)
where b.source = :source and b.fault is null
