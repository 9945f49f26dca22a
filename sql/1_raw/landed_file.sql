-- The batch in which these bytes were landed from this source before; readable ones first.
-- A full list that is as it was some lists ago is news: only a file's last landing counts then.
-- grain: batch_id
-- reads: ops.batches
select b.batch_id, b.file, b.fault
from ops.batches as b
where
    b.source = :source
    and b.file_hash = :file_hash
    and (
        not cast(:is_full_list as boolean)
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
