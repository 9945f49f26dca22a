-- What a destination may be told about each person it gets; a destination takes its own columns.
-- Ratios are rounded to 4 digits, scores to 6.
-- grain: person_id
-- reads: exportable, customer_features, customer_scores, customer_segments, identity.customer_refs
select
    r.customer_ref as customer_id,
    cast(e.person_id as text) as person_id,
    array(
        select segment from unnest(g.segments) as s (segment)
        order by segment
    ) as segments,
    g.as_of as last_updated,
    g.primary_segment,
    g.cluster,
    g.cluster_name,
    g.segmenter_model,
    cast(round(cast(s.churn_probability as numeric), 6) as double precision) as churn_probability,
    s.churn_reasons,
    cast(round(cast(s.expected_purchases as numeric), 6) as double precision) as expected_purchases,
    cast(round(cast(s.expected_spend as numeric), 6) as double precision) as expected_spend,
    s.churn_model,
    f.customer_refs,
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
    cast(round(cast(f.average_order_amount as numeric), 4) as double precision)
        as average_order_amount,
    cast(round(cast(f.interpurchase_days as numeric), 4) as double precision) as interpurchase_days,
    cast(round(cast(f.return_share as numeric), 4) as double precision) as return_share,
    cast(round(cast(f.discount_share as numeric), 4) as double precision) as discount_share,
    f.category_count,
    f.top_category,
    f.session_count_30d,
    f.product_view_count_30d,
    f.cart_add_count_30d,
    f.abandoned_cart_count_30d,
    cast(round(cast(f.engagement_score as numeric), 4) as double precision) as engagement_score,
    f.rfm_recency,
    f.rfm_frequency,
    f.rfm_monetary
from exportable as e
inner join customer_segments as g
    on e.person_id = g.person_id and g.night_id = :night_id
left join customer_features as f
    on e.person_id = f.person_id and f.night_id = :night_id
left join customer_scores as s
    on e.person_id = s.person_id and s.night_id = :night_id
left join identity.customer_refs as r
    on e.person_id = r.person_id and r.staging_version = :staging_version
where e.is_wanted and e.may_be_sent
order by e.person_id
