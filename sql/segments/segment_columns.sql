-- What the conditions of segments.yml can see of each person who does not refuse profiling.
-- A probability is seen to 6 digits, as it is compared and exported: no condition turns on less.
-- grain: person_id
-- reads: customer_features, customer_scores, profiling_refused
select
    f.person_id,
    f.as_of,
    f.first_purchase_on,
    f.last_purchase_on,
    f.recency_days,
    f.tenure_days,
    f.order_count,
    f.spend_amount,
    f.order_count_7d,
    f.spend_amount_7d,
    f.order_count_30d,
    f.spend_amount_30d,
    f.order_count_90d,
    f.spend_amount_90d,
    f.order_count_365d,
    f.spend_amount_365d,
    f.average_order_amount,
    f.interpurchase_days,
    f.return_share,
    f.discount_share,
    f.category_count,
    f.top_category,
    f.session_count_30d,
    f.product_view_count_30d,
    f.cart_add_count_30d,
    f.abandoned_cart_count_30d,
    f.engagement_score,
    f.rfm_recency,
    f.rfm_frequency,
    f.rfm_monetary,
    cast(cast(s.churn_probability as numeric(18, 6)) as double precision) as churn_probability,
    cast(cast(s.expected_purchases as numeric(18, 6)) as double precision) as expected_purchases,
    cast(cast(s.expected_spend as numeric(18, 6)) as double precision) as expected_spend
from customer_features as f
left join customer_scores as s on f.person_id = s.person_id
left join profiling_refused as r on f.person_id = r.person_id
where r.person_id is null
