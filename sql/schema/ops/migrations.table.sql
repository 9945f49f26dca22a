-- The migrations this database has seen.
-- grain: name
create table if not exists ops.migrations (
    name text primary key,
    applied_at timestamptz not null
);
comment on table ops.migrations is 'Migrations applied, each once.';
comment on column ops.migrations.name is 'File name below sql/schema/migrations/.';
comment on column ops.migrations.applied_at is 'When; on a fresh database, when it was created.';
