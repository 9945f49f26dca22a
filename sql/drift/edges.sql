-- The distinct deciles of a column, ascending: the edges of its bins.
-- reads: drift_numbers
select
    array(
        select distinct edge
        from unnest(percentiles.edges) as e (edge)
        where edge is not null
        order by edge
    ) as edges
from (
    select
        percentile_disc(cast('{.1,.2,.3,.4,.5,.6,.7,.8,.9}' as double precision[]))
        within group (order by number) as edges
    from drift_numbers
) as percentiles
