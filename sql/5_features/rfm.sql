-- Recency, frequency and monetary scores 1 to 5; equal values share a score.
-- grain: person_id
-- reads: purchase_features, spend_features
with buyers as (
    select p.person_id, p.recency_days, p.order_count, s.spend_amount
    from purchase_features as p
    inner join spend_features as s on p.person_id = s.person_id
),

cuts as (
    select
        percentile_disc(0.2) within group (order by recency_days) as recency_1,
        percentile_disc(0.4) within group (order by recency_days) as recency_2,
        percentile_disc(0.6) within group (order by recency_days) as recency_3,
        percentile_disc(0.8) within group (order by recency_days) as recency_4,
        percentile_disc(0.2) within group (order by order_count) as frequency_1,
        percentile_disc(0.4) within group (order by order_count) as frequency_2,
        percentile_disc(0.6) within group (order by order_count) as frequency_3,
        percentile_disc(0.8) within group (order by order_count) as frequency_4,
        percentile_disc(0.2) within group (order by spend_amount) as monetary_1,
        percentile_disc(0.4) within group (order by spend_amount) as monetary_2,
        percentile_disc(0.6) within group (order by spend_amount) as monetary_3,
        percentile_disc(0.8) within group (order by spend_amount) as monetary_4
    from buyers
)

select
    b.person_id,
    5
    - case when c.recency_1 < b.recency_days then 1 else 0 end
    - case when c.recency_2 < b.recency_days then 1 else 0 end
    - case when c.recency_3 < b.recency_days then 1 else 0 end
    - case when c.recency_4 < b.recency_days then 1 else 0 end as rfm_recency,
    1
    + case when c.frequency_1 < b.order_count then 1 else 0 end
    + case when c.frequency_2 < b.order_count then 1 else 0 end
    + case when c.frequency_3 < b.order_count then 1 else 0 end
    + case when c.frequency_4 < b.order_count then 1 else 0 end as rfm_frequency,
    1
    + case when c.monetary_1 < b.spend_amount then 1 else 0 end
    + case when c.monetary_2 < b.spend_amount then 1 else 0 end
    + case when c.monetary_3 < b.spend_amount then 1 else 0 end
    + case when c.monetary_4 < b.spend_amount then 1 else 0 end as rfm_monetary
from buyers as b
cross join cuts as c
