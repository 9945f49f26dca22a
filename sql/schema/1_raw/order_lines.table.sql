-- Every version of the order lines as received, as text.
-- grain: batch_id, row_no
create table if not exists raw.order_lines (
    batch_id bigint not null,
    row_no bigint not null,
    source text not null,
    op text not null check (op in ('upsert', 'delete')),
    row_key text not null,
    row_hash uuid not null,
    order_id text,
    line_no text,
    ordered_at text,
    customer_ref text,
    email text,
    phone text,
    product_ref text,
    quantity text,
    unit_price text,
    discount_amount text,
    net_amount text,
    currency text,
    attributes jsonb,
    updated_at text,
    primary key (batch_id, row_no)
) partition by range (batch_id);
create index if not exists order_lines_versions on raw.order_lines (
    row_key, source, batch_id, row_no
);
comment on table raw.order_lines is 'Every version of the order lines as received; append-only.';
