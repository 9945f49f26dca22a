-- The category of each product, as known at :known_at whatever :as_of; of several sources the last
-- received counts. Stored, so that the planner knows how few products there are beside the lines.
-- grain: product_ref
-- reads: staging.products
with versions as (
    select
        product_ref,
        category,
        row_number() over (partition by product_ref order by batch_from desc, source asc) as place
    from staging.products
    where
        staging_version = :staging_version
        and batch_from <= :known_at and batch_to > :known_at
)

select product_ref, category
from versions
where place = 1 and category is not null
