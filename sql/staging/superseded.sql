-- The rows of a batch that never stand: of several versions of a key the last received does.
-- grain: row_no
-- reads: accepted_raw
with placed as (
    select
        row_no,
        row_number() over (partition by row_key order by row_no desc) as place
    from accepted_raw
)

select row_no
from placed
where place > 1
