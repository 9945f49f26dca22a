-- Each cluster of a night: people, spend, churn.
-- grain: cluster
-- reads: features.customer_segments, features.customer_features, features.customer_scores
select
    s.cluster_name,
    count(*) as people,
    sum(f.spend_amount) as spend,
    avg(c.churn_probability) as churn
from features.customer_segments as s
inner join features.customer_features as f
    on s.night_id = f.night_id and s.person_id = f.person_id
left join features.customer_scores as c
    on s.night_id = c.night_id and s.person_id = c.person_id
where s.night_id = :night_id and s.cluster is not null
group by s.cluster, s.cluster_name
order by s.cluster
