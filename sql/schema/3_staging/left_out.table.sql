-- Rows received of accounts that settings.yml leaves out: good rows that nobody counts.
-- grain: staging_version, batch_id, row_no
create table if not exists staging.left_out (
    staging_version text not null,
    batch_id bigint not null,
    row_no bigint not null,
    left_out_in bigint not null,
    primary key (staging_version, batch_id, row_no)
);
comment on table staging.left_out is 'Rows left out; counted until the batch left_out_in, if that is a later one.';

-- Accounts that a customers record showed to be one to leave out, by customer space.
create table if not exists staging.left_out_accounts (
    staging_version text not null,
    customer_space text not null,
    customer_ref text not null,
    first_batch bigint not null,
    primary key (staging_version, customer_space, customer_ref)
);
comment on table staging.left_out_accounts is 'Accounts left out since the batch that showed it, until leave_out of settings.yml changes.';
