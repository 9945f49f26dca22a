-- The highest row number of a file.
-- grain: one row
-- reads: rows_keyed
select coalesce(max(row_no), 0) as row_no
from rows_keyed
