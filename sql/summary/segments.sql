-- Each segment of a night: people, spend, churn, who came and went.
-- grain: segment
-- reads: marts.segment_summary
select segment, people, spend, churn, entered, "left" as gone
from marts.segment_summary
where as_of = :as_of
order by people desc, segment asc
