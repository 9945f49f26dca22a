-- What the remote things of a source looked like when they landed last.
-- grain: file
-- reads: ops.batches, ops.batch_states
select distinct on (b.file)
    b.file,
    b.stamp
from ops.batches as b
where
    b.source = :source
    and b.stamp is not null
    and not exists (
        select from ops.batch_states as s
        where s.batch_id = b.batch_id and s.lands_again
    )
order by b.file asc, b.batch_id desc
