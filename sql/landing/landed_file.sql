-- The batch in which these bytes were landed from this source before; readable ones first.
-- A full list, or what a system answers, that is as it was some time ago is news: then only its
-- last landing counts.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states
select b.batch_id, b.file, b.fault
from ops.batches as b
where
    b.source = :source
    and b.file_hash = :file_hash
    and not exists (
        select from ops.batch_states as s
        where s.batch_id = b.batch_id and s.lands_again
    )
    and (
        not cast(:only_last_counts as boolean)
        or (
            b.file = :file
            and not exists (
                select from ops.batches as later
                where
                    later.source = b.source
                    and later.file = b.file
                    and later.batch_id > b.batch_id
            )
        )
    )
order by b.fault is not null, b.batch_id
limit 1
