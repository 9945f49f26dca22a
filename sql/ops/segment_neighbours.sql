-- The published night :as_of and those just before and just after it, in their order.
with standing as (
    select
        night_id,
        as_of,
        lead(as_of) over (order by as_of) as next_as_of,
        lag(as_of) over (order by as_of) as last_as_of
    from ops.published
    where replaced_at is null
)

select s.night_id, s.as_of, n.known_at, n.staging_version
from standing as s
inner join ops.nights as n on s.night_id = n.night_id
where :as_of in (s.as_of, s.next_as_of, s.last_as_of)
order by s.as_of
