-- Remember the accounts that the customers records of a batch show to be left out.
-- grain: customer_space, customer_ref
-- reads: excluded_rows
insert into staging.left_out_accounts (staging_version, customer_space, customer_ref, first_batch)
select distinct
    :staging_version,
    :customer_space,
    m.customer_ref,
    cast(:batch_id as bigint) as first_batch
from excluded_rows as m
where m.customer_ref is not null
on conflict do nothing
