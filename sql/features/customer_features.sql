-- What each person had done by the end of :as_of, as known at :known_at.
-- A score is 1 and 1 more for each cut point strictly below the value; recency counts from 5 down.
-- grain: person_id
-- reads: all_people, rfm_cuts
with days as (
    select
        all_people.*,
        cast(cast(:as_of as date) - last_purchase_on as int) as recency_days,
        cast(cast(:as_of as date) - first_purchase_on as int) as tenure_days
    from all_people
)

select
    cast(:night_id as bigint) as night_id,
    cast(:as_of as date) as as_of,
    d.*,
    case
        when d.last_purchase_on is not null
            then
                5
                - case when c.recency_1 < d.recency_days then 1 else 0 end
                - case when c.recency_2 < d.recency_days then 1 else 0 end
                - case when c.recency_3 < d.recency_days then 1 else 0 end
                - case when c.recency_4 < d.recency_days then 1 else 0 end
    end as rfm_recency,
    case
        when d.last_purchase_on is not null
            then
                1
                + case when c.frequency_1 < d.order_count then 1 else 0 end
                + case when c.frequency_2 < d.order_count then 1 else 0 end
                + case when c.frequency_3 < d.order_count then 1 else 0 end
                + case when c.frequency_4 < d.order_count then 1 else 0 end
    end as rfm_frequency,
    case
        when d.last_purchase_on is not null
            then
                1
                + case when c.monetary_1 < d.spend_amount then 1 else 0 end
                + case when c.monetary_2 < d.spend_amount then 1 else 0 end
                + case when c.monetary_3 < d.spend_amount then 1 else 0 end
                + case when c.monetary_4 < d.spend_amount then 1 else 0 end
    end as rfm_monetary
from days as d
cross join rfm_cuts as c
