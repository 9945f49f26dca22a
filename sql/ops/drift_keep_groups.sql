-- Add the sizes of segments and clusters to a training's reference.
-- reads: drift_counted
insert into ops.drift_reference (
    training_id, table_name, column_name, value, definition, edges, counts, n
)
select
    cast(:training_id as bigint) as training_id,
    table_name,
    column_name,
    value,
    definition,
    cast('{}' as double precision[]) as edges,
    counts,
    n
from drift_counted
where value is not null
