-- How many versions of a batch were never current.
-- grain: one row
-- reads: arrivals
select count(*) as superseded_count
from arrivals
where op = 'upsert' and batch_to != :forever
