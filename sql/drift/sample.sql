-- What the drift report draws: a few columns of at most :sample_size people, without their ids.
-- A person_id is a hash, so the lowest ids are a sample that any night draws alike.
-- grain: person
-- reads: customer_features, customer_scores, customer_segments
select
    f.recency_days,
    f.order_count,
    f.order_count_30d,
    cast(f.spend_amount as double precision) as spend_amount,
    cast(f.spend_amount_30d as double precision) as spend_amount_30d,
    f.average_order_amount,
    f.interpurchase_days,
    f.return_share,
    f.discount_share,
    f.category_count,
    f.session_count_30d,
    f.abandoned_cart_count_30d,
    f.engagement_score,
    s.churn_probability,
    s.expected_purchases,
    s.expected_spend,
    g.primary_segment,
    g.cluster_name
from customer_features as f
left join customer_scores as s on f.person_id = s.person_id
left join customer_segments as g on f.person_id = g.person_id
order by f.person_id
limit :sample_size
