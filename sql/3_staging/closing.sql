-- The keys whose standing version a batch ends: it brings another, or a deletion.
-- grain: row_key
-- reads: passed, beaten
select p.row_key
from passed as p
left join beaten as b on p.row_no = b.row_no
where b.row_no is null
