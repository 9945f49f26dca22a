-- The cut points of recency, frequency and monetary scores, over everybody who ever bought.
-- grain: one row
-- reads: all_people
with buyers as (
    select
        cast(cast(:as_of as date) - last_purchase_on as int) as recency_days,
        order_count,
        spend_amount
    from all_people
    where last_purchase_on is not null
)

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
