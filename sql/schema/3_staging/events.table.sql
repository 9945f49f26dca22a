-- Web and marketing events, typed and dated, every version.
-- grain: staging_version, batch_from, row_no
create table if not exists staging.events (
    staging_version text not null,
    source text not null,
    row_key text not null,
    batch_from bigint not null,
    row_no bigint not null,
    batch_to bigint not null,
    customer_space text not null,
    record_ref text,
    customer_ref text,
    email text,
    visitor_ref text,
    session_ref text,
    event_type text not null,
    occurred_on date not null,
    occurred_at timestamptz not null,
    has_time boolean not null,
    product_ref text,
    value numeric(18, 4),
    updated_at timestamptz,
    primary key (batch_from, row_no, staging_version)
) partition by list (staging_version);
create index if not exists events_ended on staging.events (batch_to)
where batch_to < 9223372036854775807;
create index if not exists events_standing on staging.events (row_key)
where batch_to = 9223372036854775807;
comment on table staging.events is 'Events by business day; known at K is batch_from <= K < batch_to.';
