-- The people models may read: those with a purchase in the last :activity_days days up to the day
-- of the night (null: with any purchase) who do not refuse it. Which of their columns models read
-- says the catalogue, pipelines/configuration/columns.py.
-- grain: person_id
-- reads: customer_features, profiling_refused
select f.*
from customer_features as f
left join profiling_refused as r on f.person_id = r.person_id
where
    r.person_id is null
    and f.recency_days is not null
    and (
        cast(:activity_days as integer) is null
        or f.recency_days < cast(:activity_days as integer)
    )
