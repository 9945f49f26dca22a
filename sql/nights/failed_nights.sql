-- The last failure of each day, unless the day was published after it.
-- grain: as_of
-- reads: ops.nights, ops.published
select distinct on (n.as_of) n.as_of, n.night_id, n.ended_at, n.failure
from ops.nights as n
where
    n.status = 'failed'
    and n.purpose in ('night', 'backfill')
    and not exists (
        select 1
        from ops.published as p
        where p.as_of = n.as_of and p.published_at > n.ended_at
    )
order by n.as_of asc, n.ended_at desc
