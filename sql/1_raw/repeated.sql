-- Twins of which the inbox has more than one row.
-- grain: twin
-- reads: hashed
select twin
from hashed
group by twin
having count(*) > 1
