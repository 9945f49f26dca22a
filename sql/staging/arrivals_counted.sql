-- The versions a batch brings, accounts to leave out apart.
-- grain: row_no
-- reads: accepted_typed, superseded, left_out_now
select
    g.*,
    case when b.row_no is null then cast(:forever as bigint) else g.batch_id end as batch_to
from accepted_typed as g
left join superseded as b on g.row_no = b.row_no
left join left_out_now as l on g.row_no = l.row_no
where g.op = 'upsert' and l.row_no is null
