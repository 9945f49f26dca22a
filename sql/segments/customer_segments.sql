-- Which rule segments and which cluster each person of the night is in.
-- grain: person_id
-- reads: customer_features, segment_rules, inbox_clusters
select
    cast(:night_id as bigint) as night_id,
    cast(:as_of as date) as as_of,
    f.person_id,
    coalesce(r.segments, '{}') as segments,
    coalesce(r.primary_segment, :no_segment) as primary_segment,
    c.cluster,
    c.cluster_name,
    case when c.cluster is not null then cast(:segmenter_model as text) end as segmenter_model
from customer_features as f
left join segment_rules as r on f.person_id = r.person_id
left join inbox_clusters as c on f.person_id = c.person_id
