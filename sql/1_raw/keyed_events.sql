-- The rows of the inbox, each with the hash of its content and the key it is known by.
-- grain: row_no
-- A row that says its content is deleted has the key of that content.
-- reads: raw.inbox_events
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
            'upsert', jsonb_strip_nulls(i.extras),
            i.event_id, i.occurred_at, i.event_type, i.visitor_ref, i.customer_ref, i.email,
            i.session_ref, i.product_ref, i.value, i.url
        ) as text)) as uuid) as content_hash
    from inbox as i
)

select
    c.*,
    case
        when c.op = 'upsert' then c.content_hash
        else cast(md5('delete ' || cast(c.content_hash as text)) as uuid)
    end as row_hash,
    coalesce(
        c.event_id,
        cast(c.content_hash as text) || '#' || row_number() over (
            partition by c.visitor_ref, c.occurred_at, c.content_hash, c.op
            order by c.row_no
        )
    ) as row_key
from hashed as c
