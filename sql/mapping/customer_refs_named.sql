-- The customer_refs that the batches of a source name, placeholders apart.
-- grain: batch_id, customer_ref
-- reads: received
select distinct batch_id, customer_ref
from received
where
    source = :source
    and batch_id between :first_batch and :last_batch
    and op = 'upsert'
    and customer_ref is not null
    and not staging.is_placeholder(customer_ref, cast(:no_customer_ref as text[]), :no_number)
