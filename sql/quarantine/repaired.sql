-- The repaired rows of a source that wait to be replayed, in the order in which they came.
-- grain: row_no
-- reads: quarantine.rows
select
    row_number() over (order by q.batch_id, q.row_no) as row_no,
    q.repaired as object,
    cast(null as jsonb) as element,
    q.batch_id as came_in,
    q.row_no as came_as
from quarantine.rows as q
where
    q.source = :source
    and q.staging_version in ('', :staging_version)
    and q.repaired is not null
    and q.replayed_in is null
