-- The customer_refs that sources of customers have sent, and those seen of them in a dry run.
-- grain: customer_ref
-- reads: raw.customers
select customer_ref
from raw.customers
where source = any(cast(:others as text[])) and op = 'upsert' and customer_ref is not null
union
select unnest(cast(:seen as text[]))
