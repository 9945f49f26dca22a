-- The versions a batch brings; a deletion brings none.
-- grain: row_no
-- reads: arrivals
select *
from arrivals
where op = 'upsert'
