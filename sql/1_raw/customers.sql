-- The rows of the inbox whose content differs from the last version received of their key.
-- grain: row_no
-- reads: raw.inbox_customers, raw.customers
with inbox as (
    select
        i.*,
        jsonb_object(cast(:extra_columns as text[]), i.attribute_values) as extras,
        case
            when lower(i.tombstone) in ('true', 't', 'yes', 'y', '1') then 'delete' else 'upsert'
        end as op
    from raw.inbox_customers as i
),

hashed as (
    select
        i.*,
        nullif(jsonb_strip_nulls(i.extras), cast('{}' as jsonb)) as attributes,
        cast(md5(cast(row(
            i.op, i.extras,
            i.customer_ref, i.created_at, i.updated_at, i.email, i.phone, i.given_name,
            i.family_name, i.birth_date, i.street, i.postcode, i.city, i.country,
            i.consent_marketing, i.consent_profiling
        ) as text)) as uuid) as row_hash
    from inbox as i
),

keyed as (
    select
        c.*,
        coalesce(c.customer_ref, '') as row_key
    from hashed as c
),

compared as (
    select
        k.*,
        lag(k.row_hash) over (partition by k.row_key order by k.row_no) as hash_before,
        last_version.row_hash as hash_received
    from keyed as k
    left join lateral (
        select v.row_hash
        from raw.customers as v
        where v.source = :source and v.row_key = k.row_key
        order by v.batch_id desc, v.row_no desc
        limit 1
    ) as last_version on true
)

select
    c.*,
    cast(:source as text) as source,
    cast(:batch_id as bigint) as batch_id
from compared as c
where c.row_hash is distinct from coalesce(c.hash_before, c.hash_received)
