-- Customer records, typed and dated, every version.
-- grain: staging_version, batch_from, row_no
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
    primary key (batch_from, row_no, staging_version)
) partition by list (staging_version);
create index if not exists customers_by_ref on staging.customers (customer_space, customer_ref);
create index if not exists customers_standing on staging.customers (row_key)
where batch_to = 9223372036854775807;
comment on table staging.customers is 'Customer records; known at K is batch_from <= K < batch_to.';
