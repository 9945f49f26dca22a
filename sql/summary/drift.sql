-- What has drifted the most on a night, what is judged first.
-- grain: table_name, column_name, value
-- reads: ops.drift
select column_name, value, psi, psi_limit, judged, drifted
from ops.drift
where as_of = :as_of and psi is not null
order by drifted desc, psi / psi_limit desc
limit 5
