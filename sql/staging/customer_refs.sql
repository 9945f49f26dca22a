-- The customer_refs that rows of a batch name.
-- grain: customer_space, customer_ref
-- reads: arrivals
select
    cast(:staging_version as text) as staging_version,
    a.customer_space,
    a.customer_ref,
    cast(:batch_id as bigint) as first_batch,
    staging.first_63_bits(a.customer_space || chr(31) || a.customer_ref) as person_id
from arrivals as a
where a.batch_from = :batch_id and a.customer_ref is not null
group by a.customer_space, a.customer_ref
