-- Batches that are refused and were not sent again, readable, under their name; the newest ten.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states
select b.batch_id, b.source, b.file, s.reason
from ops.batches as b
inner join ops.batch_states as s on b.batch_id = s.batch_id
where
    s.staging_version = :staging_version
    and s.state = 'refused'
    and not exists (
        select from ops.batches as later
        where
            later.source = b.source
            and later.file = b.file
            and later.batch_id > b.batch_id
            and later.fault is null
    )
order by b.batch_id desc
limit 10
