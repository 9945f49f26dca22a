-- Products, typed, every version.
-- grain: staging_version, batch_from, row_no
create table if not exists staging.products (
    staging_version text not null,
    source text not null,
    row_key text not null,
    batch_from bigint not null,
    row_no bigint not null,
    batch_to bigint not null,
    product_ref text not null,
    name text,
    category text,
    brand text,
    price numeric(18, 4),
    updated_at timestamptz,
    primary key (batch_from, row_no, staging_version)
) partition by list (staging_version);
create index if not exists products_standing on staging.products (row_key)
where batch_to = 9223372036854775807;
comment on table staging.products is 'Products; known at K is batch_from <= K < batch_to.';
