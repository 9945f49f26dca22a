-- Batches of a source that were refused and never let in, or are landed anew: what they brought was
-- not received.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states
select b.batch_id
from ops.batches as b
where
    b.source = :source
    and b.stored_count > 0
    and exists (
        select from ops.batch_states as s
        where s.batch_id = b.batch_id and s.state = 'refused'
    )
    and (
        exists (
            select from ops.batch_states as s
            where s.batch_id = b.batch_id and s.lands_again
        )
        or not exists (
            select from ops.batch_states as s
            where s.batch_id = b.batch_id and s.state != 'refused'
        )
    )
