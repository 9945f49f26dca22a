-- What says whether two ways of computing the features came to the same.
-- grain: one row
-- reads: customer_features
select
    count(*) as people,
    sum(order_count) as order_count,
    cast(sum(spend_amount) as numeric(18, 2)) as spend_amount,
    cast(sum(spend_amount_30d) as numeric(18, 2)) as spend_amount_30d,
    sum(recency_days) as recency_days,
    sum(category_count) as category_count,
    sum(session_count_30d) as session_count_30d,
    sum(abandoned_cart_count_30d) as abandoned_cart_count_30d,
    sum(rfm_monetary) as rfm_monetary
from customer_features
