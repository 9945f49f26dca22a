-- Every attempt at a night, what it was made from and what came of it.
-- grain: night_id
create table if not exists ops.nights (
    night_id bigint generated always as identity primary key,
    as_of date not null,
    known_at bigint not null,
    purpose text not null,
    status text not null check (status in ('building', 'built', 'published', 'failed', 'dropped')),
    claimant text not null,
    claim_key bigint,
    previous bigint,
    build_code text not null,
    build_configuration text not null,
    staging_version text not null,
    models jsonb not null,
    row_counts jsonb not null default '{}',
    content_hashes jsonb not null default '{}',
    step_seconds jsonb not null default '{}',
    notes jsonb not null default '[]',
    figures jsonb not null default '{}',
    opened_at timestamptz not null,
    active_at timestamptz not null,
    ended_at timestamptz,
    failure text
);
create index if not exists nights_building on ops.nights (status)
where status in ('building', 'built');
create index if not exists nights_by_day on ops.nights (as_of);
comment on table ops.nights is 'Every attempt at a night: its inputs, its results, its durations.';
comment on column ops.nights.night_id is 'Number of the attempt.';
comment on column ops.nights.as_of is 'Business day, inclusive.';
comment on column ops.nights.known_at is 'Highest landing number that counts.';
comment on column ops.nights.purpose is 'night, backfill, train, plan or verify: only night and backfill are published.';
comment on column ops.nights.status is 'building, built (finished, kept unpublished by its builder), published, failed or dropped.';
comment on column ops.nights.claimant is 'Who builds it: a process or an Airflow run.';
comment on column ops.nights.claim_key is 'Advisory lock that the claiming process holds; null under Airflow.';
comment on column ops.nights.previous is 'The night it copied from, if any: a published one, in a plan the one built before it.';
comment on column ops.nights.build_code is 'Hash of sql/, pipelines/, models/ and expectations/.';
comment on column ops.nights.build_configuration is 'Hash in ops.configurations of the settings the build reads.';
comment on column ops.nights.staging_version is 'Hash of stage code, contracts, mappings and time zones.';
comment on column ops.nights.models is 'Model ids that served, by kind.';
comment on column ops.nights.row_counts is 'Rows per table.';
comment on column ops.nights.content_hashes is 'Per table the sha256 over its rows in order of the key.';
comment on column ops.nights.step_seconds is 'Duration of each step.';
comment on column ops.nights.notes is 'Sentences about what was left out or stood out.';
comment on column ops.nights.figures is 'People touched by reason, values that link nobody, and other counts.';
comment on column ops.nights.opened_at is 'When the attempt was opened.';
comment on column ops.nights.active_at is 'When a step last began.';
comment on column ops.nights.ended_at is 'When it was published, failed or dropped.';
comment on column ops.nights.failure is 'The sentence it failed with.';
