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
    updated_at text,
    primary key (batch_id, row_no)
) partition by range (batch_id);
create index if not exists products_versions on raw.products (row_key, source, batch_id, row_no);
comment on table raw.products is 'Every version of the products as received; append-only.';
