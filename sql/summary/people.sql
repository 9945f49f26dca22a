-- How many people a night holds, how many bought, how many are scored.
-- grain: one row
-- reads: features.customer_features, features.customer_scores
select
    count(*) as people,
    count(f.first_purchase_on) as buyers,
    count(case when cardinality(f.customer_refs) = 0 then 1 end) as guests,
    count(case when cardinality(f.customer_refs) > 1 then 1 end) as several_refs,
    count(s.churn_probability) as scored,
    sum(f.spend_amount) as spend
from features.customer_features as f
left join features.customer_scores as s
    on f.night_id = s.night_id and f.person_id = s.person_id
where f.night_id = :night_id
