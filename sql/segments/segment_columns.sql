-- The people who do not refuse profiling; which of their columns the conditions of segments.yml can
-- name says the catalogue, pipelines/configuration/columns.py.
-- A probability is seen to 6 digits, as it is compared and exported: no condition turns on less.
-- grain: person_id
-- reads: customer_features, customer_scores, profiling_refused
select
    f.*,
    cast(cast(s.churn_probability as numeric(18, 6)) as double precision) as churn_probability,
    cast(cast(s.expected_purchases as numeric(18, 6)) as double precision) as expected_purchases,
    cast(cast(s.expected_spend as numeric(18, 6)) as double precision) as expected_spend
from customer_features as f
left join customer_scores as s on f.person_id = s.person_id
left join profiling_refused as r on f.person_id = r.person_id
where r.person_id is null
