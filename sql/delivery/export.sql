-- Each person that a destination gets, with all that the night says of them; a destination takes
-- its own columns (pipelines/delivery/order.py).
-- grain: person_id
-- reads: exportable, customer_features, customer_scores, customer_segments, identity.customer_refs
with refs as (
    select person_id, customer_ref
    from identity.customer_refs
    where staging_version = :staging_version
)

select
    *,
    array(
        select segment from unnest(segments) as s (segment)
        order by segment
    ) as sorted_segments
from exportable
inner join customer_segments using (person_id)
left join customer_features using (night_id, as_of, person_id)
left join customer_scores using (night_id, as_of, person_id)
left join refs using (person_id)
where is_wanted and may_be_sent and night_id = :night_id
