-- The rows of the inbox, each with the hash of its content and the key it is known by.
-- grain: row_no
-- reads: raw.inbox_products
with inbox as (
    select
        i.*,
        jsonb_object(cast(:extra_columns as text[]), i.attribute_values) as extras,
        case
            when lower(i.tombstone) in ('true', 't', 'yes', 'y', '1') then 'delete' else 'upsert'
        end as op
    from raw.inbox_products as i
),

hashed as (
    select
        i.*,
        nullif(jsonb_strip_nulls(i.extras), cast('{}' as jsonb)) as attributes,
        cast(md5(cast(row(
            i.op, jsonb_strip_nulls(i.extras),
            i.product_ref, i.name, i.category, i.brand, i.price
        ) as text)) as uuid) as row_hash
    from inbox as i
)

select
    c.*,
    coalesce(c.product_ref, '') as row_key
from hashed as c
