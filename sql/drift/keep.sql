-- Keep the counts of a training's own night.
insert into ops.drift_reference
select *
from jsonb_populate_recordset(cast(null as ops.drift_reference), cast(:counted as jsonb))
