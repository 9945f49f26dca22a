-- Every number of an attempt, one a row: features of everyone, scores of the scored.
-- grain: table_name, column_name, person_id
-- reads: customer_features, customer_scores
select 'customer_features' as table_name, v.column_name, v.number
from customer_features as f
cross join
    lateral (
        values
        ('recency_days', cast(f.recency_days as double precision)),
        ('tenure_days', f.tenure_days),
        ('order_count', f.order_count),
        ('spend_amount', f.spend_amount),
        ('order_count_7d', f.order_count_7d),
        ('spend_amount_7d', f.spend_amount_7d),
        ('order_count_30d', f.order_count_30d),
        ('spend_amount_30d', f.spend_amount_30d),
        ('order_count_90d', f.order_count_90d),
        ('spend_amount_90d', f.spend_amount_90d),
        ('order_count_365d', f.order_count_365d),
        ('spend_amount_365d', f.spend_amount_365d),
        ('average_order_amount', f.average_order_amount),
        ('interpurchase_days', f.interpurchase_days),
        ('return_share', f.return_share),
        ('discount_share', f.discount_share),
        ('category_count', f.category_count),
        ('session_count_30d', f.session_count_30d),
        ('product_view_count_30d', f.product_view_count_30d),
        ('cart_add_count_30d', f.cart_add_count_30d),
        ('abandoned_cart_count_30d', f.abandoned_cart_count_30d),
        ('engagement_score', f.engagement_score),
        ('rfm_recency', f.rfm_recency),
        ('rfm_frequency', f.rfm_frequency),
        ('rfm_monetary', f.rfm_monetary)
    ) as v (column_name, number)
union all
select 'customer_scores' as table_name, v.column_name, v.number
from customer_scores as s
cross join
    lateral (
        values
        ('churn_probability', s.churn_probability),
        ('expected_purchases', s.expected_purchases),
        ('expected_spend', s.expected_spend)
    ) as v (column_name, number)
where v.number is not null
