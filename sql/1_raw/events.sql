-- The rows of the inbox whose content differs from the last version received of their key.
-- grain: row_no
-- reads: raw.inbox_events, raw.events
with inbox as (
    select
        i.*,
        jsonb_object(cast(:extra_columns as text[]), i.attribute_values) as extras,
        case
            when lower(i.tombstone) in ('true', 't', 'yes', 'y', '1') then 'delete' else 'upsert'
        end as op
    from raw.inbox_events as i
),

hashed as (
    select
        i.*,
        nullif(jsonb_strip_nulls(i.extras), cast('{}' as jsonb)) as attributes,
        cast(md5(cast(row(
            i.op, i.extras,
            i.event_id, i.occurred_at, i.event_type, i.visitor_ref, i.customer_ref, i.email,
            i.session_ref, i.product_ref, i.value, i.url
        ) as text)) as uuid) as row_hash
    from inbox as i
),

keyed as (
    select
        c.*,
        coalesce(
            c.event_id,
            cast(c.row_hash as text) || '#' || row_number() over (
                partition by c.visitor_ref, c.occurred_at, c.row_hash order by c.row_no
            )
        ) as row_key
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
        from raw.events as v
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
