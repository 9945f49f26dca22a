-- Every version of the products as received, as text.
-- grain: batch_id, row_no
create table if not exists raw.products (
    batch_id bigint not null,
    row_no bigint not null,
    source text not null,
    op text not null check (op in ('upsert', 'delete')),
    row_key text not null,
    row_hash uuid not null,
    product_ref text,
    name text,
    category text,
    brand text,
    price text,
    attributes jsonb,
    primary key (batch_id, row_no)
) partition by range (batch_id);
create index if not exists products_versions on raw.products (source, row_key, batch_id, row_no);
comment on table raw.products is 'Every version of the products as received; append-only.';

create unlogged table if not exists raw.inbox_products (
    row_no bigint not null,
    tombstone text,
    product_ref text,
    name text,
    category text,
    brand text,
    price text,
    attribute_values text[]
);
comment on table raw.inbox_products is 'Where one batch waits for the transaction that lands it.';
