-- Each combination of identifiers a source has shown by the end of :as_of, as known at :known_at.
-- grain: source, entity, record_ref, customer_ref, email, phone, visitor_ref
-- reads: staging.customers, staging.order_lines, staging.events
with customers as (
    select
        source, 'customers' as entity, record_ref, customer_space, customer_ref, email, phone,
        cast(null as text) as visitor_ref, created_on as seen_on
    from staging.customers
    where
        staging_version = :staging_version
        and batch_from <= :known_at and batch_to > :known_at
        and (created_on is null or created_on <= cast(:as_of as date))
),

order_lines as (
    select
        source, 'order_lines' as entity, record_ref, customer_space, customer_ref, email, phone,
        cast(null as text) as visitor_ref, min(ordered_on) as seen_on
    from staging.order_lines
    where
        staging_version = :staging_version
        and batch_from <= :known_at and batch_to > :known_at
        and ordered_on <= cast(:as_of as date)
        and record_ref is not null
    group by source, record_ref, customer_space, customer_ref, email, phone
),

events as (
    select
        source, 'events' as entity, record_ref, customer_space, customer_ref, email,
        cast(null as text) as phone, visitor_ref, min(occurred_on) as seen_on
    from staging.events
    where
        staging_version = :staging_version
        and batch_from <= :known_at and batch_to > :known_at
        and occurred_on <= cast(:as_of as date)
        and record_ref is not null
    group by source, record_ref, customer_space, customer_ref, email, visitor_ref
)

select * from customers
union all
select * from order_lines
union all
select * from events
