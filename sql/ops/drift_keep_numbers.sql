-- Fill in what was counted in the bins of a training's own night.
-- reads: drift_counted
update ops.drift_reference as r
set counts = c.counts, n = c.n, definition = c.definition
from drift_counted as c
where
    r.training_id = :training_id
    and r.table_name = c.table_name
    and r.column_name = c.column_name
    and c.value is null
