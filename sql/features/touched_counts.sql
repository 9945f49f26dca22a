-- How many people are computed for which reason; each is counted once.
-- grain: reason
-- reads: touched
select
    reason,
    count(*) as people_count
from touched
group by reason
order by reason
