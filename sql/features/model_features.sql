-- The numbers models read of the people they may read: those with a purchase in the last
-- :activity_days days up to the day of the night (null: with any purchase) who do not refuse it.
-- Every column after person_id can be a feature; all are double precision.
-- grain: person_id
-- reads: customer_features, profiling_refused
select
    f.person_id,
    cast(f.recency_days as double precision) as recency_days,
    cast(f.tenure_days as double precision) as tenure_days,
    cast(f.order_count as double precision) as order_count,
    cast(f.spend_amount as double precision) as spend_amount,
    cast(f.order_count_7d as double precision) as order_count_7d,
    cast(f.spend_amount_7d as double precision) as spend_amount_7d,
    cast(f.order_count_30d as double precision) as order_count_30d,
    cast(f.spend_amount_30d as double precision) as spend_amount_30d,
    cast(f.order_count_90d as double precision) as order_count_90d,
    cast(f.spend_amount_90d as double precision) as spend_amount_90d,
    cast(f.order_count_365d as double precision) as order_count_365d,
    cast(f.spend_amount_365d as double precision) as spend_amount_365d,
    f.average_order_amount,
    f.interpurchase_days,
    f.return_share,
    f.discount_share,
    cast(f.category_count as double precision) as category_count,
    cast(f.session_count_30d as double precision) as session_count_30d,
    cast(f.product_view_count_30d as double precision) as product_view_count_30d,
    cast(f.cart_add_count_30d as double precision) as cart_add_count_30d,
    cast(f.abandoned_cart_count_30d as double precision) as abandoned_cart_count_30d,
    f.engagement_score,
    cast(f.rfm_recency as double precision) as rfm_recency,
    cast(f.rfm_frequency as double precision) as rfm_frequency,
    cast(f.rfm_monetary as double precision) as rfm_monetary
from customer_features as f
left join profiling_refused as r on f.person_id = r.person_id
where
    r.person_id is null
    and f.recency_days is not null
    and (
        cast(:activity_days as integer) is null
        or f.recency_days < cast(:activity_days as integer)
    )
order by f.person_id
