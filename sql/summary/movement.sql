-- How many people changed their primary segment since the night before.
-- grain: from_segment, to_segment
-- reads: marts.segment_movement
select from_segment, to_segment, people
from marts.segment_movement
where as_of = :as_of and from_segment != to_segment
order by people desc, from_segment asc, to_segment asc
limit 6
