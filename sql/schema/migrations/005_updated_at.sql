-- A source may say of every entity when a row was changed, not of customers alone.
alter table if exists raw.events add column if not exists updated_at text;
alter table if exists raw.order_lines add column if not exists updated_at text;
alter table if exists raw.products add column if not exists updated_at text;
alter table if exists staging.events add column if not exists updated_at timestamptz;
alter table if exists staging.order_lines add column if not exists updated_at timestamptz;
alter table if exists staging.products add column if not exists updated_at timestamptz;
