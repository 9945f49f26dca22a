-- Everything known of each customer number by the newest published night, personal data apart.
-- grain: customer_ref, person_id
select
    f.*,
    each_ref.customer_ref,
    s.segments,
    s.cluster,
    s.cluster_name,
    c.churn_probability,
    c.churn_reasons,
    f.as_of as last_updated,
    cast(f.person_id as text) as person_key
from features.customer_features as f
cross join lateral unnest(f.customer_refs) as each_ref (customer_ref)
left join features.customer_segments as s
    on f.night_id = s.night_id and f.person_id = s.person_id
left join features.customer_scores as c
    on f.night_id = c.night_id and f.person_id = c.person_id
where
    f.night_id = (
        select p.night_id
        from ops.published as p
        where p.replaced_at is null
        order by p.as_of desc
        limit 1
    )
