-- Somebody goes on with a backfill.
update ops.backfills
set claimant = :claimant, claim_key = :claim_key
where backfill_id = :backfill_id
