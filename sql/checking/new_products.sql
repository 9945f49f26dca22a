-- New products as their contract sees them; a deletion needs its key alone.
-- grain: batch_id, row_no
-- reads: typed
select
    t.*,
    octet_length(t.product_ref) as longest_key,
    cast(null as date) as happened_on,
    case when t.price is null then t.received_price end as unreadable_price,
    case when t.updated_at is null then t.received_updated_at end as unreadable_updated_at
from typed as t
where t.op = 'upsert' or t.product_ref is null
