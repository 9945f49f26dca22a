-- Open an attempt.
insert into ops.nights (
    as_of, known_at, purpose, status, claimant, claim_key, previous, build_code,
    build_configuration, staging_version, models, notes, opened_at, active_at
)
values (
    :as_of, :known_at, :purpose, 'building', :claimant, :claim_key, :previous, :build_code,
    :build_configuration, :staging_version, cast(:models as jsonb), cast(:notes as jsonb),
    :now, :now
)
returning night_id
