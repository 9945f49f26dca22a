-- What each version of the stage was made of, so that a change of it can be named.
-- grain: staging_version
create table if not exists ops.staging_versions (
    staging_version text primary key,
    content jsonb not null,
    first_used_at timestamptz not null
);
comment on table ops.staging_versions is 'Every version of the stage that rows were staged under, and what it was made of.';
comment on column ops.staging_versions.staging_version is 'Hash of stage code, contracts, mappings and time zones.';
comment on column ops.staging_versions.content is 'Hash of the stage''s code and contracts; time zone, currency and sources as settings.yml and sources.yml said.';
comment on column ops.staging_versions.first_used_at is 'When a batch was first staged so.';
