-- What published nights, batches and attempts carry besides; staging is read by day and record.
alter table ops.published add column if not exists retired_at timestamptz;
alter table ops.batch_states add column if not exists checked_seconds double precision;
alter table ops.batch_states add column if not exists staged_seconds double precision;
alter table ops.nights add column if not exists figures jsonb not null default '{}';
drop index if exists staging.events_by_day;
drop index if exists staging.order_lines_by_day;
drop index if exists staging.order_lines_of_guests;
