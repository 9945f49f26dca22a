-- New products as their contract sees them; a deletion needs its key alone.
-- grain: batch_id, row_no
-- reads: typed
select
    t.batch_id,
    t.row_no,
    t.product_ref,
    case when t.price is null then t.received_price end as unreadable_price,
    t.price
from typed as t
where t.op = 'upsert' or t.product_ref is null
