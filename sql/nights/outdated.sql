-- Those of the published nights :night_ids up to whose day something came or went since, and how
-- many people it touches at most: each record's, and whoever shares a value it began or ceased to
-- show. A row's day and its landings are those of today's staging, whichever built the night.
-- grain: as_of
-- reads: ops.nights, counted, identity.sightings
with nights as (
    select as_of, night_id, known_at
    from ops.nights
    where night_id = any(:night_ids)
),

since as materialized (
    select *
    from counted
    where
        batch_from > :oldest_known_at or batch_to between :oldest_known_at + 1 and :newest_batch
),

-- Nearly every row was known to every night it belongs in: looking at the one that knew least
-- leaves few rows to hold against all nights.
least_known as (
    select d.dated_on, min(n.known_at) as known_at
    from (select distinct dated_on from since) as d
    inner join nights as n on d.dated_on <= n.as_of
    group by d.dated_on
),

changes as materialized (
    select s.*
    from since as s
    inner join least_known as l on s.dated_on = l.dated_on
    where
        s.batch_from > l.known_at
        or (s.batch_to > l.known_at and s.batch_to <= :newest_batch)
),

others as not materialized (
    select
        source, email, phone, visitor_ref,
        case when customer_ref is null then source else customer_space end
        || chr(31) || record_ref as record_key
    from identity.sightings
    where staging_version = :staging_version
),

touching as (
    select record_key as touched, 1 as is_record, changes.*
    from changes
    union all
    select 'email ' || c.email as touched, 0 as is_record, c.*
    from changes as c
    where
        exists (
            select from others as o
            where c.email = o.email and c.record_key != o.record_key
        )
    union all
    select 'phone ' || c.phone as touched, 0 as is_record, c.*
    from changes as c
    where
        exists (
            select from others as o
            where c.phone = o.phone and c.record_key != o.record_key
        )
    union all
    select 'visitor ' || c.source || chr(31) || c.visitor_ref as touched, 0 as is_record, c.*
    from changes as c
    where
        exists (
            select from others as o
            where
                c.source = o.source and c.visitor_ref = o.visitor_ref
                and c.record_key != o.record_key
        )
)

select
    n.as_of,
    n.night_id,
    count(distinct t.touched) as people_at_most,
    string_agg(distinct t.source, ', ' order by t.source) as sources,
    -- a record that only links others differently is a row, too
    greatest(sum(t.row_count * t.is_record), count(distinct t.record_key)) as row_count
from nights as n
inner join touching as t
    on
        n.as_of >= t.dated_on
        and (
            n.known_at < t.batch_from
            or (n.known_at < t.batch_to and t.batch_to <= :newest_batch)
        )
group by n.as_of, n.night_id
order by n.as_of
