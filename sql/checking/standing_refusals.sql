-- Refused landings that are newer than what the newest published night knew, or are to land anew,
-- and that the same source has not sent again, readable, under the same name.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states, ops.published, ops.nights
select b.batch_id, b.source, b.file, s.reason
from ops.batches as b
inner join ops.batch_states as s on b.batch_id = s.batch_id
where
    s.staging_version = :staging_version
    and s.state = 'refused'
    and (
        s.lands_again
        or b.batch_id > coalesce(
            (
                select max(n.known_at)
                from ops.published as p
                inner join ops.nights as n on p.night_id = n.night_id
            ), 0
        )
    )
    and not exists (
        select from ops.batches as later
        where
            later.source = b.source
            and later.file = b.file
            and later.batch_id > b.batch_id
            and later.fault is null
    )
order by b.batch_id
