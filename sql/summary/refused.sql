-- Batches refused that came since the night before, and were not sent again, readable, since.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states, ops.published, ops.nights
with earlier as (
    select coalesce(max(n.known_at), 0) as known_at
    from ops.published as p
    inner join ops.nights as n on p.night_id = n.night_id
    where p.replaced_at is null and p.as_of < :as_of
)

select b.batch_id, b.source, b.file, s.reason
from ops.batches as b
inner join ops.batch_states as s on b.batch_id = s.batch_id
cross join earlier
where
    s.staging_version = :staging_version
    and s.state = 'refused'
    and b.batch_id > earlier.known_at
    and not exists (
        select from ops.batches as later
        where
            later.source = b.source
            and later.file = b.file
            and later.batch_id > b.batch_id
            and later.fault is null
    )
order by b.batch_id
