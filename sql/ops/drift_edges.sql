-- Begin the reference of a training: the distinct deciles of every number, nothing counted yet.
-- grain: table_name, column_name
-- reads: drift_values
insert into ops.drift_reference (
    training_id, table_name, column_name, edges, counts, n
)
with deciles as (
    select
        table_name,
        column_name,
        percentile_disc(cast('{.1,.2,.3,.4,.5,.6,.7,.8,.9}' as double precision[]))
        within group (order by number) as edges
    from drift_values
    group by table_name, column_name
)

select
    cast(:training_id as bigint) as training_id,
    table_name,
    column_name,
    array(
        select distinct edge
        from unnest(edges) as e (edge)
        where edge is not null
        order by edge
    ) as edges,
    cast('{}' as bigint[]) as counts,
    0 as n
from deciles
