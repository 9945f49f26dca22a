-- The rows of a refused batch that somebody lets in: but those whose key came again since, good.
-- grain: row_no
-- reads: received, ops.batch_states, quarantine.rows
select
    r.row_no,
    r.op = 'delete' and r.row_hash = cast(md5('gone ' || r.row_key) as uuid) as is_gone
from received as r
where
    r.batch_id = :refused_batch
    and not exists (
        select from received as n
        inner join ops.batch_states as s on n.batch_id = s.batch_id
        left join quarantine.rows as q
            on
                q.staging_version = :staging_version
                and n.batch_id = q.batch_id
                and n.row_no = q.row_no
        where
            n.source = r.source
            and n.row_key = r.row_key
            and n.batch_id > r.batch_id
            and s.staging_version = :staging_version
            and s.state = 'staged'
            and q.row_no is null
    )
