-- Every version of the customer records as received, as text.
-- grain: batch_id, row_no
create table if not exists raw.customers (
    batch_id bigint not null,
    row_no bigint not null,
    source text not null,
    op text not null check (op in ('upsert', 'delete')),
    row_key text not null,
    row_hash uuid not null,
    customer_ref text,
    created_at text,
    updated_at text,
    email text,
    phone text,
    given_name text,
    family_name text,
    birth_date text,
    street text,
    postcode text,
    city text,
    country text,
    consent_marketing text,
    consent_profiling text,
    attributes jsonb,
    primary key (batch_id, row_no)
) partition by range (batch_id);
create index if not exists customers_versions on raw.customers (row_key, source, batch_id, row_no);
comment on table raw.customers is 'Every version of the customer records as received; append-only.';
