-- Order lines, typed and dated, every version.
-- grain: staging_version, batch_from, row_no
create table if not exists staging.order_lines (
    staging_version text not null,
    source text not null,
    row_key text not null,
    batch_from bigint not null,
    row_no bigint not null,
    batch_to bigint not null,
    customer_space text not null,
    order_id text not null,
    record_ref text,
    customer_ref text,
    email text,
    phone text,
    ordered_on date not null,
    ordered_at timestamptz not null,
    has_time boolean not null,
    product_ref text,
    quantity numeric(18, 4) not null,
    net_amount numeric(18, 4) not null,
    discount_amount numeric(18, 4),
    updated_at timestamptz,
    primary key (batch_from, row_no, staging_version)
) partition by list (staging_version);
create index if not exists order_lines_ended on staging.order_lines (batch_to)
where batch_to < 9223372036854775807;
create index if not exists order_lines_standing on staging.order_lines (row_key)
where batch_to = 9223372036854775807;
comment on table staging.order_lines is 'Order lines by business day; known at K is batch_from <= K < batch_to.';
