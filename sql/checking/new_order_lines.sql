-- New order lines as their contract sees them; a deletion needs its key alone.
-- grain: batch_id, row_no
-- reads: typed, raw.products
with catalogue as (
    select distinct product_ref from raw.products
    where op = 'upsert'
),

unread as (
    select
        t.*,
        t.ordered_on as happened_on,
        case when t.ordered_at is null then t.received_ordered_at end as unreadable_ordered_at,
        t.landed_on + 1 as last_believable_on,
        cast(:opened_on as date) as opened_on,
        case when t.quantity is null then t.received_quantity end as unreadable_quantity,
        case when t.unit_price is null then t.received_unit_price end as unreadable_unit_price,
        case when t.read_net_amount is null then t.received_net_amount end as unreadable_net_amount,
        case
            when t.discount_amount is null then t.received_discount_amount
        end as unreadable_discount_amount,
        case when t.email is null then t.received_email end as unreadable_email,
        case when t.phone is null then t.received_phone end as unreadable_phone,
        case when t.customer_ref is null then t.received_customer_ref end as nobody_customer_ref
    from typed as t
    where t.op = 'upsert' or t.order_id is null
)

select
    u.*,
    greatest(
        octet_length(u.order_id), octet_length(u.line_no), octet_length(u.customer_ref),
        octet_length(u.product_ref)
    ) as longest_key,
    -- What cannot be read is told once: only an amount that nobody gave is missing.
    coalesce(
        cast(u.net_amount as text), u.unreadable_quantity, u.unreadable_unit_price,
        u.unreadable_net_amount, u.unreadable_discount_amount,
        case when u.received_quantity is null then u.received_unit_price end
    ) as amount,
    case when u.quantity > 0 then trim_scale(least(u.net_amount, u.unit_price)) end as lowest_price,
    case when c.product_ref is null then u.product_ref end as unknown_product_ref
from unread as u
left join catalogue as c on u.product_ref = c.product_ref
