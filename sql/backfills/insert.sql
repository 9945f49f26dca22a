-- A backfill begins.
insert into ops.backfills (
    reason, by_itself, from_as_of, to_as_of, known_at, models_mode, models, plan_id, build_code,
    build_configuration, staging_version, claimant, claim_key, state, started_at
)
values (
    :reason, :by_itself, :from_as_of, :to_as_of, :known_at, :models_mode, cast(:models as jsonb),
    :plan_id, :build_code, :build_configuration, :staging_version, :claimant, :claim_key,
    'running', :now
)
returning *
