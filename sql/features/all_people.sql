-- What does not depend on the others, for everybody: computed for who is touched, and for the
-- rest what the earlier night computed.
-- grain: person_id
-- reads: person_counts, engagement, touched_members, previous_features, touched
with refs as (
    select person_id, array_agg(distinct customer_ref order by customer_ref) as customer_refs
    from touched_members
    where customer_ref is not null
    group by person_id
)

select
    c.*,
    e.engagement_score,
    coalesce(r.customer_refs, cast('{}' as text[])) as customer_refs
from person_counts as c
left join engagement as e on c.person_id = e.person_id
left join refs as r on c.person_id = r.person_id
union all
select
    p.person_id,
    p.first_purchase_on,
    p.last_purchase_on,
    p.order_count,
    p.spend_amount,
    p.order_count_7d,
    p.spend_amount_7d,
    p.order_count_30d,
    p.spend_amount_30d,
    p.order_count_90d,
    p.spend_amount_90d,
    p.order_count_365d,
    p.spend_amount_365d,
    p.average_order_amount,
    p.interpurchase_days,
    p.return_share,
    p.discount_share,
    p.category_count,
    p.top_category,
    p.session_count_30d,
    p.product_view_count_30d,
    p.cart_add_count_30d,
    p.abandoned_cart_count_30d,
    p.engagement_score,
    p.customer_refs
from previous_features as p
left join touched as t on p.person_id = t.person_id
where t.person_id is null
