-- Records with rows that count differently than for the earlier night, and why: a version came or
-- ended since (received), the row's day has come (dated), it has left a window of 7, 30, 90 or 365
-- days (window), or its product has another category (category).
-- Without an earlier night :previous_* are null, and no comparison holds.
-- grain: source, entity, record_ref, reason
-- reads: staging.order_lines, staging.events, recategorised
with days as (
    select
        cast(:previous_as_of as date) as before_on,
        cast(:as_of as date) as tonight_on
),

windows as (
    select before_on - 7 as after_on, tonight_on - 7 as until_on from days
    union all
    select before_on - 30 as after_on, tonight_on - 30 as until_on from days
    union all
    select before_on - 90 as after_on, tonight_on - 90 as until_on from days
    union all
    select before_on - 365 as after_on, tonight_on - 365 as until_on from days
),

lines as (
    select source, 'order_lines' as entity, record_ref, 'received' as reason
    from staging.order_lines
    where
        staging_version = :staging_version
        and ordered_on <= cast(:as_of as date)
        and (
            (batch_from > :previous_known_at and batch_from <= :known_at)
            or (batch_to > :previous_known_at and batch_to <= :known_at)
        )
        and batch_from < batch_to
    union
    select source, 'order_lines' as entity, record_ref, 'dated' as reason
    from staging.order_lines
    where
        staging_version = :staging_version
        and batch_from <= :known_at and batch_to > :known_at
        and ordered_on > cast(:previous_as_of as date) and ordered_on <= cast(:as_of as date)
    union
    select l.source, 'order_lines' as entity, l.record_ref, 'window' as reason
    from staging.order_lines as l
    inner join windows as w on l.ordered_on > w.after_on and l.ordered_on <= w.until_on
    where
        l.staging_version = :staging_version
        and l.batch_from <= :known_at and l.batch_to > :known_at
    union
    select l.source, 'order_lines' as entity, l.record_ref, 'category' as reason
    from staging.order_lines as l
    inner join recategorised as r on l.product_ref = r.product_ref
    where
        l.staging_version = :staging_version
        and l.batch_from <= :known_at and l.batch_to > :known_at
        and l.ordered_on <= cast(:as_of as date)
),

visits as not materialized (
    select *
    from staging.events
    where
        staging_version = :staging_version
        and event_type in (
            'page_view', 'product_view', 'cart_add', 'cart_remove', 'checkout', 'login'
        )
),

events as (
    select source, 'events' as entity, record_ref, 'received' as reason
    from visits
    where
        occurred_on <= cast(:as_of as date)
        and (
            (batch_from > :previous_known_at and batch_from <= :known_at)
            or (batch_to > :previous_known_at and batch_to <= :known_at)
        )
        and batch_from < batch_to
    union
    select source, 'events' as entity, record_ref, 'dated' as reason
    from visits
    where
        batch_from <= :known_at and batch_to > :known_at
        and occurred_on > cast(:previous_as_of as date) and occurred_on <= cast(:as_of as date)
    union
    select source, 'events' as entity, record_ref, 'window' as reason
    from visits
    where
        batch_from <= :known_at and batch_to > :known_at
        and occurred_on > cast(:previous_as_of as date) - 30
        and occurred_on <= cast(:as_of as date) - 30
)

select * from lines
union all
select * from events
