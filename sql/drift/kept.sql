-- What a training kept.
select table_name, column_name, value, definition, edges
from ops.drift_reference
where training_id = :training_id
order by table_name, column_name, value
