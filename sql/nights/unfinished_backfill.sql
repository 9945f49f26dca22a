-- Backfills that began and have not ended, but for Airflow's, which only Airflow goes on with.
-- grain: backfill_id
select *
from ops.backfills
where state = 'running' and by_itself = :by_itself and (by_itself or claim_key is not null)
order by backfill_id
