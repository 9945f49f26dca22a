-- How many columns, segments and clusters of an attempt drifted.
select count(*) as drifted
from ops.drift_measured
where night_id = :night_id and drifted
