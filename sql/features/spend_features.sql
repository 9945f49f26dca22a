-- What each person spent, returns and coupon lines included, each on its own day.
-- grain: person_id
-- reads: order_days
with sums as (
    select
        person_id,
        sum(net_amount) as spend_amount,
        sum(case when ordered_on > cast(:as_of as date) - 7 then net_amount else 0 end)
            as spend_amount_7d,
        sum(case when ordered_on > cast(:as_of as date) - 30 then net_amount else 0 end)
            as spend_amount_30d,
        sum(case when ordered_on > cast(:as_of as date) - 90 then net_amount else 0 end)
            as spend_amount_90d,
        sum(case when ordered_on > cast(:as_of as date) - 365 then net_amount else 0 end)
            as spend_amount_365d,
        sum(bought_amount) as bought_amount,
        sum(coalesce(returned_amount, 0)) as returned_amount,
        sum(discount_amount) as discount_amount
    from order_days
    group by person_id
)

select
    sums.*,
    cast(-returned_amount as double precision)
    / cast(nullif(bought_amount, 0) as double precision) as return_share,
    cast(discount_amount as double precision)
    / cast(nullif(bought_amount + discount_amount, 0) as double precision) as discount_share
from sums
