-- Backfills that began and have not ended.
-- grain: backfill_id
select *
from ops.backfills
where state = 'running' and by_itself = :by_itself
order by backfill_id
