-- The backfill under way whose nights Airflow walks.
-- grain: backfill_id
select *
from ops.backfills
where state = 'running' and not by_itself and claim_key is null and claimant = :claimant
