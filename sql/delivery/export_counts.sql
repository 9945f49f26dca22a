-- How many people a destination gets, and why not the others.
-- grain: one row
-- reads: exportable
select
    count(*) as people_count,
    count(*) filter (where not is_wanted) as not_in_segments_count,
    count(*) filter (where is_wanted and not may_be_sent) as without_consent_count,
    count(*) filter (where is_wanted and may_be_sent) as row_count
from exportable
