-- End the standing versions of the accounts that a batch showed to be left out.
-- grain: batch_from, row_no
-- reads: ending, staging.left_out_accounts
with ended as (
    update ending as v
    set batch_to = cast(:batch_id as bigint)
    from staging.left_out_accounts as a
    where
        a.staging_version = :staging_version
        and a.first_batch = :batch_id
        and v.staging_version = :staging_version
        and v.customer_space = a.customer_space
        and v.record_ref = a.customer_ref
        and v.customer_ref = a.customer_ref
        and v.batch_to = cast(:forever as bigint)
    returning v.batch_from, v.row_no
)

insert into staging.left_out (staging_version, batch_id, row_no, left_out_in)
select
    :staging_version,
    e.batch_from,
    e.row_no,
    cast(:batch_id as bigint) as left_out_in
from ended as e
