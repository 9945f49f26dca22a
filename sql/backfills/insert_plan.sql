-- Keep a plan.
insert into ops.plans (
    from_as_of, to_as_of, known_at, build_code, build_configuration, staging_version, models,
    found, content_hashes, seconds, planned_at
)
values (
    :from_as_of, :to_as_of, :known_at, :build_code, :build_configuration, :staging_version,
    cast(:models as jsonb), cast(:found as jsonb), cast(:content_hashes as jsonb), :seconds, :now
)
returning plan_id
