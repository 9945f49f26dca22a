-- Whether anything that became known after :since, up to :known_at, could touch a night: order
-- lines or events dated up to :as_of; customers and products count whatever their day.
-- grain: one row
-- reads: staging.order_lines, staging.events, staging.customers, staging.products
with changes as (
    select ordered_on as dated_on, batch_from, batch_to
    from staging.order_lines
    where staging_version = :staging_version
    union all
    select occurred_on as dated_on, batch_from, batch_to
    from staging.events
    where staging_version = :staging_version
    union all
    select null as dated_on, batch_from, batch_to
    from staging.customers
    where staging_version = :staging_version
    union all
    select null as dated_on, batch_from, batch_to
    from staging.products
    where staging_version = :staging_version
)

select
    exists(
        select from changes
        where
            (dated_on is null or dated_on <= :as_of)
            and (
                (batch_from > :since and batch_from <= :known_at)
                or (batch_to > :since and batch_to <= :known_at)
            )
    ) as is_touching
