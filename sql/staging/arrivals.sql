-- The versions a batch brings; a deletion brings none.
-- grain: row_no
-- reads: accepted_typed, superseded
select
    g.*,
    case when b.row_no is null then cast(:forever as bigint) else g.batch_id end as batch_to
from accepted_typed as g
left join superseded as b on g.row_no = b.row_no
where g.op = 'upsert'
