-- Customer records, typed and dated, every version.
-- grain: staging_version, source, row_key, batch_from, row_no
create table if not exists staging.customers (
    staging_version text not null,
    source text not null,
    row_key text not null,
    batch_from bigint not null,
    row_no bigint not null,
    batch_to bigint not null,
    customer_space text not null,
    record_ref text not null,
    customer_ref text not null,
    email text,
    phone text,
    created_on date,
    updated_at timestamptz,
    given_name text,
    family_name text,
    birth_date date,
    street text,
    postcode text,
    city text,
    country text,
    consent_marketing boolean,
    consent_profiling boolean,
    attributes jsonb,
    primary key (staging_version, source, row_key, batch_from, row_no)
);
create index if not exists customers_by_ref on staging.customers (customer_space, customer_ref);
comment on table staging.customers is 'Customer records; known at K is batch_from <= K < batch_to.';
