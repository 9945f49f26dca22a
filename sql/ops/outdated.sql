-- Published nights that rows dated up to their day have come in for since, and how many people's.
-- grain: as_of
-- reads: ops.published, ops.nights, staging.order_lines, staging.events, staging.customers
with nights as (
    select n.as_of, n.night_id, n.known_at
    from ops.published as p
    inner join ops.nights as n on p.night_id = n.night_id
    where p.replaced_at is null and n.staging_version = :staging_version
),

changes as (
    select 'order_lines' as entity, source, record_ref, ordered_on as dated_on, batch_from, batch_to
    from staging.order_lines
    where
        staging_version = :staging_version
        and (
            batch_from > :oldest_known_at or batch_to between :oldest_known_at + 1 and :newest_batch
        )
    union all
    select 'events' as entity, source, record_ref, occurred_on as dated_on, batch_from, batch_to
    from staging.events
    where
        staging_version = :staging_version
        and (
            batch_from > :oldest_known_at or batch_to between :oldest_known_at + 1 and :newest_batch
        )
    union all
    select 'customers' as entity, source, record_ref, created_on as dated_on, batch_from, batch_to
    from staging.customers
    where
        staging_version = :staging_version
        and (
            batch_from > :oldest_known_at or batch_to between :oldest_known_at + 1 and :newest_batch
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
        (c.dated_on is null or n.as_of >= c.dated_on)
        and c.record_ref is not null
        and (
            n.known_at < c.batch_from
            or (n.known_at < c.batch_to and c.batch_to <= :newest_batch)
        )
where c.batch_from != c.batch_to
group by n.as_of, n.night_id
order by n.as_of
