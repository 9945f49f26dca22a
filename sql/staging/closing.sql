-- The keys whose standing version a batch ends: it brings another, or a deletion.
-- grain: row_key
-- reads: accepted_raw, superseded
select p.row_key
from accepted_raw as p
left join superseded as b on p.row_no = b.row_no
where b.row_no is null
