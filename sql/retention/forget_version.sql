-- Forget what stands under one version of the stage outside its partitions.
with refs as (
    delete from identity.customer_refs
    where staging_version = :staging_version
),

rejected as (
    delete from quarantine.rows
    where staging_version = :staging_version
),

judged as (
    delete from ops.contract_results
    where staging_version = :staging_version and batch_id is not null
),

counted as (
    delete from ops.batch_days
    where staging_version = :staging_version
),

left_out as (
    delete from staging.left_out
    where staging_version = :staging_version
),

left_out_accounts as (
    delete from staging.left_out_accounts
    where staging_version = :staging_version
)

delete from ops.batch_states
where staging_version = :staging_version
