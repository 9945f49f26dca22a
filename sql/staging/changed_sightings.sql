-- What a staged batch changed of who was seen with which identifiers, and since when.
-- Identifiers that only gained rows are compared with the day they have; those that lost a row
-- are counted again from the rows that still stand. A day of null: no row stands any more.
-- grain: sighting_key
-- reads: seen, identity.sightings
with brought as (
    select
        source, entity, record_ref, customer_space, customer_ref, email, phone, visitor_ref,
        min(seen_on) as seen_on
    from seen
    where batch_from = :batch_id and batch_to = :forever
    group by source, entity, record_ref, customer_space, customer_ref, email, phone, visitor_ref
),

lost as (
    select distinct
        source, entity, record_ref, customer_space, customer_ref, email, phone, visitor_ref
    from seen
    where batch_to = :batch_id and batch_from < :batch_id
),

lost_records as (
    select distinct source, record_ref
    from lost
),

-- the rows of records that lost one; at least one of their combinations is lost
standing as (
    select
        s.source, s.entity, s.record_ref, s.customer_space, s.customer_ref, s.email, s.phone,
        s.visitor_ref, min(s.seen_on) as seen_on
    from seen as s
    inner join lost_records as r
        on s.source = r.source and s.record_ref = r.record_ref
    where s.batch_to = :forever
    group by
        s.source, s.entity, s.record_ref, s.customer_space, s.customer_ref, s.email, s.phone,
        s.visitor_ref
),

named as (
    select *, 'brought' as finding from brought
    union all
    select *, cast(null as date) as seen_on, 'lost' as finding from lost
    union all
    select *, 'standing' as finding from standing
),

keyed as (
    select
        n.*,
        cast(md5(cast(row(
            n.source, n.entity, n.record_ref, n.customer_space, n.customer_ref, n.email, n.phone,
            n.visitor_ref
        ) as text)) as uuid) as sighting_key
    from named as n
),

found as (
    select
        sighting_key, source, entity, record_ref, customer_space, customer_ref, email, phone,
        visitor_ref,
        bool_or(finding in ('lost', 'standing')) as is_recounted,
        min(seen_on) as seen_on
    from keyed
    group by
        sighting_key, source, entity, record_ref, customer_space, customer_ref, email, phone,
        visitor_ref
),

judged as (
    select
        f.*,
        c.seen_on as seen_before,
        case when f.is_recounted then f.seen_on else least(f.seen_on, c.seen_on) end as counts_from
    from found as f
    left join identity.sightings as c
        on
            c.staging_version = :staging_version
            and f.sighting_key = c.sighting_key
            and c.batch_to = :forever
)

select
    j.*,
    coalesce(e.first_batch, cast(:batch_id as bigint)) as first_batch
from judged as j
left join lateral (
    select min(s.first_batch) as first_batch
    from identity.sightings as s
    where s.staging_version = :staging_version and j.sighting_key = s.sighting_key
) as e on true
where j.counts_from is distinct from j.seen_before
