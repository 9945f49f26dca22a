-- How many people are in and out of each rule segment and cluster.
-- grain: column_name, value
-- reads: customer_segments, ops.drift_reference
with people as (
    select count(*) as n, max(segmenter_model) as segmenter_model
    from customer_segments
),

rules as (
    select r.name, r.condition
    from jsonb_each_text(cast(:segments as jsonb)) as r (name, condition)
),

in_segment as (
    select segment as name, count(*) as people
    from customer_segments
    cross join lateral unnest(segments) as s (segment)
    group by segment
),

in_cluster as (
    select cluster_name as name, count(*) as people
    from customer_segments
    where cluster_name is not null
    group by cluster_name
),

-- a cluster of the reference that nobody is in tonight is one of size 0
clusters as (
    select name
    from in_cluster
    union
    select r.value as name
    from ops.drift_reference as r
    inner join people on r.definition = people.segmenter_model
    where r.training_id = :training_id and r.column_name = 'cluster_name'
),

groups as (
    select
        'segments' as column_name,
        r.name,
        r.condition as definition,
        coalesce(s.people, 0) as people
    from rules as r
    left join in_segment as s on r.name = s.name
    union all
    select
        'cluster_name' as column_name,
        c.name,
        people.segmenter_model as definition,
        coalesce(i.people, 0) as people
    from clusters as c
    cross join people
    left join in_cluster as i on c.name = i.name
)

select
    'customer_segments' as table_name,
    g.column_name,
    g.name as value,
    g.definition,
    array[g.people, people.n - g.people] as counts
from groups as g
cross join people
