-- The published night :as_of and those just before and just after it, in their order; they are held
-- until the transaction ends, so that none loses its rows meanwhile.
-- replaced_hash is the content hash of the segments that stood for the day before.
with standing as (
    select
        night_id,
        as_of,
        lead(as_of) over (order by as_of) as next_as_of,
        lag(as_of) over (order by as_of) as last_as_of
    from ops.published
    where replaced_at is null
)

select
    s.night_id,
    s.as_of,
    n.known_at,
    n.staging_version,
    p.retired_at is null as is_whole,
    n.content_hashes ->> 'customer_segments' as segments_hash,
    (
        select o.content_hashes ->> 'customer_segments'
        from ops.published as r
        inner join ops.nights as o on r.night_id = o.night_id
        where r.as_of = s.as_of and r.replaced_at is not null
        order by r.replaced_at desc, r.night_id desc
        limit 1
    ) as replaced_hash
from standing as s
inner join ops.published as p on s.night_id = p.night_id
inner join ops.nights as n on s.night_id = n.night_id
where :as_of in (s.as_of, s.next_as_of, s.last_as_of)
order by s.as_of
for share of p
