-- Remember of rows in quarantine in which batch they were replayed, and as which of its rows.
update quarantine.rows as q
set
    replayed_in = :batch_id,
    replayed_as = o.row_no
from objects as o
where
    q.batch_id = o.came_in
    and q.row_no = o.came_as
    and q.repaired is not null
    and o.row_no != all(cast(:overtaken as bigint[]))
