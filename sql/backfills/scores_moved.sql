-- How many people's churn probability would move by more than :score_moved.
-- grain: one row
-- reads: scores_before, scores_after
select count(*) as moved_count
from scores_before as b
inner join scores_after as a on b.person_id = a.person_id
where abs(a.churn_probability - b.churn_probability) > :score_moved
