-- A backfill ends.
update ops.backfills
set state = :state, failure = :failure, ended_at = :now
where backfill_id = :backfill_id and state = 'running'
