-- The highest row number of a file.
-- grain: one row
-- reads: keyed
select coalesce(max(row_no), 0) as row_no
from keyed
