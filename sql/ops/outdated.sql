-- Published nights that rows dated up to their day have come in for since, and how many people's.
-- A row's day and its landings are those of today's staging, whichever version built the night.
-- grain: as_of
-- reads: ops.published, ops.nights, staging.order_lines, staging.events, staging.customers
with nights as (
    select n.as_of, n.night_id, n.known_at
    from ops.published as p
    inner join ops.nights as n on p.night_id = n.night_id
    where p.replaced_at is null and p.retired_at is null
),

versions as (
    select source, record_ref, ordered_on as dated_on, batch_from, batch_to
    from staging.order_lines
    where
        staging_version = :staging_version
        and (
            batch_from > :oldest_known_at or batch_to between :oldest_known_at + 1 and :newest_batch
        )
    union all
    select source, record_ref, occurred_on as dated_on, batch_from, batch_to
    from staging.events
    where
        staging_version = :staging_version
        and (
            batch_from > :oldest_known_at or batch_to between :oldest_known_at + 1 and :newest_batch
        )
    union all
    -- What is not dated counts always.
    select
        source, record_ref, coalesce(created_on, date '0001-01-01') as dated_on,
        batch_from, batch_to
    from staging.customers
    where
        staging_version = :staging_version
        and (
            batch_from > :oldest_known_at or batch_to between :oldest_known_at + 1 and :newest_batch
        )
),

-- Nearly every row was known to every night it belongs in: looking at the one that knew least
-- leaves few rows to hold against all nights.
least_known as (
    select d.dated_on, min(n.known_at) as known_at
    from (select distinct dated_on from versions) as d
    inner join nights as n on d.dated_on <= n.as_of
    group by d.dated_on
),

changes as (
    select v.*
    from versions as v
    inner join least_known as l on v.dated_on = l.dated_on
    where
        v.record_ref is not null
        and v.batch_from != v.batch_to
        and (
            v.batch_from > l.known_at
            or (v.batch_to > l.known_at and v.batch_to <= :newest_batch)
        )
)

select
    n.as_of,
    n.night_id,
    count(distinct c.record_ref) as people_at_most,
    string_agg(distinct c.source, ', ' order by c.source) as sources,
    count(*) as row_count
from nights as n
inner join changes as c
    on
        n.as_of >= c.dated_on
        and (
            n.known_at < c.batch_from
            or (n.known_at < c.batch_to and c.batch_to <= :newest_batch)
        )
group by n.as_of, n.night_id
order by n.as_of
