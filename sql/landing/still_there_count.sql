-- How many keys that a source has sent before its full list has again.
-- grain: one row
-- reads: rows_keyed, received
select count(distinct v.row_key) as key_count
from received as v
inner join rows_keyed as k on v.row_key = k.row_key
where v.source = :source
