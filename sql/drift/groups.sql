-- How many people are in each rule segment and each cluster. Asked for and empty counts 0.
-- grain: column_name, value
-- reads: customer_segments
with asked as (
    select 'segments' as column_name, name as value
    from unnest(cast(:segments as text[])) as s (name)
    union
    select 'cluster_name' as column_name, name as value
    from unnest(cast(:clusters as text[])) as c (name)
    union
    select 'cluster_name' as column_name, cluster_name as value
    from customer_segments
    where cluster_name is not null
),

found as (
    select 'segments' as column_name, segment as value, count(*) as people
    from customer_segments
    cross join lateral unnest(segments) as s (segment)
    group by segment
    union all
    select 'cluster_name' as column_name, cluster_name as value, count(*) as people
    from customer_segments
    where cluster_name is not null
    group by cluster_name
),

everybody as (
    select count(*) as people
    from customer_segments
)

select
    a.column_name,
    a.value,
    coalesce(f.people, 0) as inside,
    everybody.people - coalesce(f.people, 0) as outside
from asked as a
cross join everybody
left join found as f on a.column_name = f.column_name and a.value = f.value
order by a.column_name, a.value
