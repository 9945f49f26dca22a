-- The segments that were asked on the published night :as_of.
select segment
from ops.segment_counts
where as_of = :as_of
order by segment
