-- Visits of each person: by the source's session, else broken by 30 minutes of silence.
-- grain: person_id, source, session_key
-- reads: staging.events, members
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
    inner join members as m
        on e.source = m.source and e.record_ref = m.record_ref and m.entity = 'events'
    where
        e.staging_version = :staging_version
        and e.batch_from <= :known_at and e.batch_to > :known_at
        and e.occurred_on <= cast(:as_of as date)
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
        gaps.*,
        case
            when session_ref is not null then 'session ' || session_ref
            else 'visitor ' || visitor_ref || ' ' || cast(sum(is_new) over (
                partition by person_id, source, session_ref, visitor_ref
                order by occurred_at, row_key
                rows between unbounded preceding and current row
            ) as text)
        end as session_key
    from gaps
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
