-- A batch, what became of it, and the batch in which it was accepted.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states
select
    b.*,
    s.state,
    coalesce(s.lands_again, false) as lands_again,
    (
        select min(a.batch_id) from ops.batches as a
        where a.replay_of = 'batch ' || b.batch_id
    ) as accepted_in
from ops.batches as b
left join ops.batch_states as s
    on b.batch_id = s.batch_id and s.staging_version = :staging_version
where b.batch_id = :batch_id
