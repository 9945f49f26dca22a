-- How many people lie in each bin of a training's reference. A value lies in the bin of the
-- lowest edge that is not below it, so that an edge's own value is below it on both sides.
-- grain: table_name, column_name, value
-- reads: ops.drift_reference, drift_values, customer_scores, drift_segments
with edges as (
    select
        table_name,
        column_name,
        cardinality(edges) as edge_count,
        array(
            select -edge from unnest(edges) as e (edge)
            order by edge desc
        ) as negated
    from ops.drift_reference
    where training_id = :training_id and value is null
),

placed as (
    select
        e.table_name,
        e.column_name,
        case
            when v.number is null then e.edge_count + 1
            else e.edge_count - width_bucket(-v.number, e.negated)
        end as bin,
        count(*) as people
    from drift_values as v
    inner join edges as e on v.table_name = e.table_name and v.column_name = e.column_name
    group by e.table_name, e.column_name, bin
),

churn as (
    select max(churn_model) as model
    from customer_scores
),

numbers as (
    select
        e.table_name,
        e.column_name,
        cast(null as text) as value,
        case when e.column_name = 'churn_probability' then churn.model end as definition,
        array_agg(coalesce(p.people, 0) order by b.bin) as counts
    from edges as e
    cross join churn
    cross join lateral generate_series(0, e.edge_count + 1) as b (bin)
    left join placed as p
        on e.table_name = p.table_name and e.column_name = p.column_name and b.bin = p.bin
    group by e.table_name, e.column_name, churn.model
)

select
    counted.*,
    cast((select sum(people) from unnest(counts) as c (people)) as bigint) as n
from (
    select * from numbers
    union all
    select * from drift_segments
) as counted
