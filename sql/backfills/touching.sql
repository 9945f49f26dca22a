-- Whether anything that became known after :since, up to :known_at, could touch a night: what
-- counts for people and is dated up to :as_of; products count whatever their day.
-- grain: one row
-- reads: counted, staging.products
with changes as (
    select dated_on, batch_from, batch_to
    from counted
    union all
    select date '0001-01-01' as dated_on, batch_from, batch_to
    from staging.products
    where staging_version = :staging_version
)

select
    exists(
        select from changes
        where
            dated_on <= cast(:as_of as date)
            and (
                (batch_from > :since and batch_from <= :known_at)
                or (batch_to > :since and batch_to <= :known_at)
            )
    ) as is_touching
