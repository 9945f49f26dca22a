-- Every backfill: by hand, by Airflow's own command, or of nights that repaired themselves.
-- grain: backfill_id
create table if not exists ops.backfills (
    backfill_id bigint generated always as identity primary key,
    reason text,
    by_itself boolean not null,
    from_as_of date not null,
    to_as_of date not null,
    known_at bigint not null,
    models_mode text not null check (models_mode in ('kept', 'champion', 'planned')),
    models jsonb not null,
    plan_id bigint,
    build_code text not null,
    build_configuration text not null,
    staging_version text not null,
    claimant text not null,
    claim_key bigint,
    state text not null check (state in ('running', 'done', 'failed', 'abandoned')),
    failure text,
    nights_done date[] not null default '{}',
    seconds double precision not null default 0,
    started_at timestamptz not null,
    ended_at timestamptz
);
comment on table ops.backfills is 'Nights built anew and published, oldest first: why, which, from what, how long.';
comment on column ops.backfills.backfill_id is 'Number of the backfill.';
comment on column ops.backfills.reason is 'As given by hand; outdated for nights that repaired themselves.';
comment on column ops.backfills.by_itself is 'Begun by a night, not by hand; never gone on with, the next night looks anew.';
comment on column ops.backfills.from_as_of is 'First business day.';
comment on column ops.backfills.to_as_of is 'Last business day.';
comment on column ops.backfills.known_at is 'Highest landing number that counts, one for all its nights; by Airflow the highest of them.';
comment on column ops.backfills.models_mode is 'kept: those of the published attempt, else the champion of the day; champion: those serving when it began; planned: those of the plan.';
comment on column ops.backfills.models is 'Per night to build the model ids by kind, fixed when it began.';
comment on column ops.backfills.plan_id is 'The plan it carries out, if any.';
comment on column ops.backfills.build_code is 'Hash of the code it began with.';
comment on column ops.backfills.build_configuration is 'Hash in ops.configurations of the settings it began with.';
comment on column ops.backfills.staging_version is 'Hash of stage code, contracts, mappings and time zones.';
comment on column ops.backfills.claimant is 'Who builds, or built last; by Airflow the DAG, whose runs claim the nights.';
comment on column ops.backfills.claim_key is 'Advisory lock that the claiming process holds; null under Airflow.';
comment on column ops.backfills.state is 'running (or killed: the same command goes on with it), done, failed or abandoned.';
comment on column ops.backfills.failure is 'The sentence it failed with, or why it was given up.';
comment on column ops.backfills.nights_done is 'Days that stand as it wanted them.';
comment on column ops.backfills.seconds is 'Time at work, all tries together.';
comment on column ops.backfills.started_at is 'When it began.';
comment on column ops.backfills.ended_at is 'When it ended; null while running.';
