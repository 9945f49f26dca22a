-- What each person had done by the end of :as_of, as known at :known_at.
-- grain: person_id
-- reads: counts, engagement, rfm, members
with refs as (
    select person_id, array_agg(distinct customer_ref order by customer_ref) as customer_refs
    from members
    where customer_ref is not null
    group by person_id
)

select
    cast(:night_id as bigint) as night_id,
    cast(:as_of as date) as as_of,
    coalesce(refs.customer_refs, cast('{}' as text[])) as customer_refs,
    counts.*,
    engagement.engagement_score,
    rfm.rfm_recency,
    rfm.rfm_frequency,
    rfm.rfm_monetary
from counts
left join refs on counts.person_id = refs.person_id
left join engagement on counts.person_id = engagement.person_id
left join rfm on counts.person_id = rfm.person_id
