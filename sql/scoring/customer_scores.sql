-- What the churn model :churn_model expects of each active person; no other model exists yet.
-- grain: person_id
-- reads: inbox_scores
select
    cast(:night_id as bigint) as night_id,
    cast(:as_of as date) as as_of,
    person_id,
    churn_probability,
    churn_reasons,
    cast(null as double precision) as expected_purchases,
    cast(null as double precision) as expected_spend,
    cast(:churn_model as text) as churn_model
from inbox_scores
