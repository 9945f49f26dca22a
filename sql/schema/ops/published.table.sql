-- Which attempt stands for which day, and which stood for it before.
-- grain: night_id
create table if not exists ops.published (
    night_id bigint primary key,
    as_of date not null,
    published_at timestamptz not null,
    replaced_at timestamptz,
    retired_at timestamptz
);
create unique index if not exists published_now on ops.published (as_of) where replaced_at is null;
comment on table ops.published is 'Appended to by each publication; replaced_at is null for the attempt that stands.';
comment on column ops.published.night_id is 'The attempt.';
comment on column ops.published.as_of is 'The business day it stands for.';
comment on column ops.published.published_at is 'When readers first saw it.';
comment on column ops.published.replaced_at is 'When a later attempt took its place.';
comment on column ops.published.retired_at is 'When its rows were let go (retention in settings.yml); the day stays published, `nocturne backfill` makes the rows again.';
