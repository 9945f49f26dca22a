-- One more night belongs to the backfill that Airflow walks.
update ops.backfills
set
    from_as_of = least(from_as_of, cast(:as_of as date)),
    to_as_of = greatest(to_as_of, cast(:as_of as date)),
    known_at = greatest(known_at, :known_at),
    models = models || cast(:models as jsonb)
where state = 'running' and not by_itself and claim_key is null and claimant = :claimant
