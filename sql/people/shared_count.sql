-- How many values link nobody.
-- grain: one row
-- reads: shared_values
select
    count(case when is_visitor = 0 then 1 end) as shared_values,
    count(case when is_visitor = 1 then 1 end) as shared_visitors
from shared_values
