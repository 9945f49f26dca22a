-- The numbers of each person side by side; nothing bought or visited is 0, an unknown is null.
-- grain: person_id
-- reads: touched_members, purchase_features, spend_features, category_features, web_features,
-- previous_features
with people as (
    select distinct person_id, reason
    from touched_members
)

select
    people.person_id,
    p.first_purchase_on,
    p.last_purchase_on,
    coalesce(p.order_count, 0) as order_count,
    coalesce(s.spend_amount, 0) as spend_amount,
    coalesce(p.order_count_7d, 0) as order_count_7d,
    coalesce(s.spend_amount_7d, 0) as spend_amount_7d,
    coalesce(p.order_count_30d, 0) as order_count_30d,
    coalesce(s.spend_amount_30d, 0) as spend_amount_30d,
    coalesce(p.order_count_90d, 0) as order_count_90d,
    coalesce(s.spend_amount_90d, 0) as spend_amount_90d,
    coalesce(p.order_count_365d, 0) as order_count_365d,
    coalesce(s.spend_amount_365d, 0) as spend_amount_365d,
    cast(s.spend_amount as double precision) / p.order_count as average_order_amount,
    p.interpurchase_days,
    s.return_share,
    s.discount_share,
    case
        when people.reason = 'window' then b.category_count
        when :has_products then coalesce(c.category_count, 0)
    end as category_count,
    case when people.reason = 'window' then b.top_category else c.top_category end as top_category,
    case when :has_events then coalesce(w.session_count_30d, 0) end as session_count_30d,
    case when :has_events then coalesce(w.product_view_count_30d, 0) end as product_view_count_30d,
    case when :has_events then coalesce(w.cart_add_count_30d, 0) end as cart_add_count_30d,
    case when :has_events then coalesce(w.abandoned_cart_count_30d, 0) end
        as abandoned_cart_count_30d,
    p.average_items_per_order
from people
left join purchase_features as p on people.person_id = p.person_id
left join spend_features as s on people.person_id = s.person_id
left join category_features as c on people.person_id = c.person_id
left join web_features as w on people.person_id = w.person_id
left join previous_features as b on people.person_id = b.person_id and people.reason = 'window'
