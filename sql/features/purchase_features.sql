-- What each person bought, and when, by the end of :as_of.
-- grain: person_id
-- reads: orders
with days as (
    select
        person_id,
        count(*) as order_count,
        min(purchased_on) as first_purchase_on,
        max(purchased_on) as last_purchase_on,
        count(distinct purchased_on) as purchase_day_count,
        sum(bought_quantity) as bought_quantity,
        count(case when purchased_on > cast(:as_of as date) - 7 then 1 end) as order_count_7d,
        count(case when purchased_on > cast(:as_of as date) - 30 then 1 end) as order_count_30d,
        count(case when purchased_on > cast(:as_of as date) - 90 then 1 end) as order_count_90d,
        count(case when purchased_on > cast(:as_of as date) - 365 then 1 end) as order_count_365d
    from orders
    where is_purchase
    group by person_id
)

select
    days.*,
    cast(cast(last_purchase_on - first_purchase_on as int) as double precision)
    / nullif(purchase_day_count - 1, 0) as interpurchase_days,
    cast(bought_quantity as double precision) / order_count as average_items_per_order
from days
