-- Products whose category is not what it was for the earlier night.
-- grain: product_ref
-- reads: staging.products
with versions as (
    select product_ref, category, source, batch_from, batch_to
    from staging.products
    where staging_version = :staging_version and batch_from < batch_to
),

changed as (
    select distinct product_ref
    from versions
    where
        (batch_from > :previous_known_at and batch_from <= :known_at)
        or (batch_to > :previous_known_at and batch_to <= :known_at)
),

before as (
    select
        v.product_ref,
        v.category,
        row_number() over (partition by v.product_ref order by v.batch_from desc, v.source asc)
            as place
    from versions as v
    inner join changed as c on v.product_ref = c.product_ref
    where v.batch_from <= :previous_known_at and v.batch_to > :previous_known_at
),

tonight as (
    select
        v.product_ref,
        v.category,
        row_number() over (partition by v.product_ref order by v.batch_from desc, v.source asc)
            as place
    from versions as v
    inner join changed as c on v.product_ref = c.product_ref
    where v.batch_from <= :known_at and v.batch_to > :known_at
)

select c.product_ref
from changed as c
left join before as b on c.product_ref = b.product_ref and b.place = 1
left join tonight as t on c.product_ref = t.product_ref and t.place = 1
where b.category is distinct from t.category
