-- Visits of each person of the last 30 days: by the source's session, else broken by 30 minutes
-- of silence. One day more is read, so that a visit of a visitor that began before is dated
-- there; of sessions by name all earlier events are asked, however long ago.
-- grain: person_id, source, session_key
-- reads: staging.events, touched_members
with events as (
    select
        m.person_id,
        e.source,
        e.session_ref,
        coalesce(e.visitor_ref, '') as visitor_ref,
        e.event_type,
        e.occurred_on,
        e.occurred_at,
        e.has_time,
        e.row_key
    from staging.events as e
    inner join touched_members as m
        on e.source = m.source and e.record_ref = m.record_ref and m.entity = 'events'
    where
        e.staging_version = :staging_version
        and e.batch_from <= :known_at and e.batch_to > :known_at
        and e.occurred_on > cast(:as_of as date) - 31
        and e.occurred_on <= cast(:as_of as date)
        and e.event_type in (
            'page_view', 'product_view', 'cart_add', 'cart_remove', 'checkout', 'login'
        )
),

named as (
    select distinct person_id, source, session_ref
    from events
    where session_ref is not null
),

begun_before as (
    select distinct n.person_id, n.source, n.session_ref
    from named as n
    inner join staging.events as e
        on n.source = e.source and n.session_ref = e.session_ref
    inner join touched_members as m
        on
            e.source = m.source and e.record_ref = m.record_ref and m.entity = 'events'
            and n.person_id = m.person_id
    where
        e.staging_version = :staging_version
        and e.batch_from <= :known_at and e.batch_to > :known_at
        and e.occurred_on <= cast(:as_of as date) - 31
        and e.event_type in (
            'page_view', 'product_view', 'cart_add', 'cart_remove', 'checkout', 'login'
        )
),

gaps as (
    select
        events.*,
        case
            when occurred_at - lag(occurred_at) over (
                partition by person_id, source, session_ref, visitor_ref
                order by occurred_at, row_key
            ) <= interval '30 minutes' then 0
            else 1
        end as is_new
    from events
),

numbered as (
    select
        g.*,
        case
            when g.session_ref is not null then 'session ' || g.session_ref
            else 'visitor ' || g.visitor_ref || ' ' || cast(sum(g.is_new) over (
                partition by g.person_id, g.source, g.session_ref, g.visitor_ref
                order by g.occurred_at, g.row_key
                rows between unbounded preceding and current row
            ) as text)
        end as session_key
    from gaps as g
    left join begun_before as b
        on g.person_id = b.person_id and g.source = b.source and g.session_ref = b.session_ref
    where b.person_id is null
)

select
    person_id,
    source,
    session_key,
    min(occurred_on) as started_on,
    count(case when event_type = 'product_view' then 1 end) as product_view_count,
    count(case when event_type = 'cart_add' then 1 end) as cart_add_count,
    min(case when event_type = 'cart_add' then occurred_at end) as cart_added_at,
    min(case when event_type = 'cart_add' then occurred_on end) as cart_added_on,
    min(case when has_time then 1 else 0 end) as has_time
from numbered
group by person_id, source, session_key
