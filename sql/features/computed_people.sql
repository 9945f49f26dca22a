-- What does not depend on the day or on the others, computed for who is touched.
-- grain: person_id
-- reads: person_counts, engagement, touched_members
with refs as (
    select person_id, array_agg(distinct customer_ref order by customer_ref) as customer_refs
    from touched_members
    where customer_ref is not null
    group by person_id
)

select
    c.*,
    e.engagement_score,
    coalesce(r.customer_refs, cast('{}' as text[])) as customer_refs
from person_counts as c
left join engagement as e on c.person_id = e.person_id
left join refs as r on c.person_id = r.person_id
