-- The good rows of a batch that are left out: by themselves or by their account.
-- grain: row_no
-- reads: accepted_raw, excluded_rows, staging.left_out_accounts
select p.row_no
from accepted_raw as p
left join excluded_rows as m on p.row_no = m.row_no
left join staging.left_out_accounts as a
    on
        a.staging_version = :staging_version
        and a.customer_space = :customer_space
        and p.customer_ref = a.customer_ref
where
    (m.row_no is not null or a.customer_ref is not null)
    -- no row brought what a full list, or an order sent whole, no longer had
    and (p.op = 'upsert' or p.row_hash != cast(md5('gone ' || p.row_key) as uuid))
