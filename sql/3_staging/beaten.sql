-- The rows of a batch that never stand: of several versions of a key the last received does.
-- grain: row_no
-- reads: passed
with placed as (
    select
        row_no,
        row_number() over (partition by row_key order by row_no desc) as place
    from passed
)

select row_no
from placed
where place > 1
