-- The versions a batch brings; a deletion brings none.
-- grain: row_no
-- reads: good, beaten
select
    g.*,
    case when b.row_no is null then cast(:forever as bigint) else g.batch_id end as batch_to
from good as g
left join beaten as b on g.row_no = b.row_no
where g.op = 'upsert'
