-- Every configuration that ever built a night.
-- grain: hash
create table if not exists ops.configurations (
    hash text primary key,
    content jsonb not null,
    first_used_at timestamptz not null
);
comment on table ops.configurations is 'Every configuration used, by its hash.';
comment on column ops.configurations.hash is 'First 16 hex digits of the sha256 of the canonical JSON.';
comment on column ops.configurations.content is 'The settings the build reads.';
comment on column ops.configurations.first_used_at is 'When a night first used it.';
