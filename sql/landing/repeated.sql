-- Twins of which the inbox has more than one row.
-- grain: twin
-- reads: rows_hashed
select twin
from rows_hashed
group by twin
having count(*) > 1
