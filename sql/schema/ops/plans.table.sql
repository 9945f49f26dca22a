-- What a backfill would change, found out by building its nights without publishing them.
-- grain: plan_id
create table if not exists ops.plans (
    plan_id bigint generated always as identity primary key,
    from_as_of date not null,
    to_as_of date not null,
    known_at bigint not null,
    build_code text not null,
    build_configuration text not null,
    staging_version text not null,
    models jsonb not null,
    found jsonb not null,
    content_hashes jsonb not null,
    seconds double precision not null,
    planned_at timestamptz not null
);
comment on table ops.plans is 'Plans of backfills: from what the nights are to be made, what would differ, and the expected rows'' hashes.';
comment on column ops.plans.plan_id is 'Number of the plan.';
comment on column ops.plans.from_as_of is 'First business day.';
comment on column ops.plans.to_as_of is 'Last business day.';
comment on column ops.plans.known_at is 'Highest landing number that counts, one for all its nights.';
comment on column ops.plans.build_code is 'Hash of the code that built its nights.';
comment on column ops.plans.build_configuration is 'Hash in ops.configurations of the settings that built its nights.';
comment on column ops.plans.staging_version is 'Hash of stage code, contracts, mappings and time zones.';
comment on column ops.plans.models is 'Per night the model ids by kind.';
comment on column ops.plans.found is 'Per night the attempt that stood, why it would change and what would differ.';
comment on column ops.plans.content_hashes is 'Per night and table the sha256 that the backfill must come to.';
comment on column ops.plans.seconds is 'How long planning took.';
comment on column ops.plans.planned_at is 'When it was planned.';
