-- Every version of the web and marketing events as received, as text.
-- grain: batch_id, row_no
create table if not exists raw.events (
    batch_id bigint not null,
    row_no bigint not null,
    source text not null,
    op text not null check (op in ('upsert', 'delete')),
    row_key text not null,
    row_hash uuid not null,
    event_id text,
    occurred_at text,
    event_type text,
    visitor_ref text,
    customer_ref text,
    email text,
    session_ref text,
    product_ref text,
    value text,
    url text,
    attributes jsonb,
    updated_at text,
    primary key (batch_id, row_no)
) partition by range (batch_id);
create index if not exists events_versions on raw.events (row_key, source, batch_id, row_no);
comment on table raw.events is 'Every version of the web and marketing events as received; append-only.';
