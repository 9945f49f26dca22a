-- Each person's orders. One is a purchase if its lines with a positive quantity add up to more
-- than 0; it is dated by the first of them.
-- grain: person_id, source, order_id
-- reads: order_days
select
    person_id,
    source,
    order_id,
    min(case when bought_at is not null then ordered_on end) as purchased_on,
    min(bought_at) as purchased_at,
    min(bought_has_time) as has_time,
    coalesce(sum(bought_amount) > 0, false) as is_purchase,
    sum(bought_quantity) as bought_quantity
from order_days
group by person_id, source, order_id
