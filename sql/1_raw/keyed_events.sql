-- The rows of the inbox, each with the hash of its content and the key it is known by.
-- grain: row_no
-- A row that says its content is deleted has the key of that content.
-- reads: marked
with hashed as (
    select
        m.*,
        cast(md5(cast(row(
            'upsert', m.extras,
            m.event_id, m.occurred_at, m.event_type, m.visitor_ref, m.customer_ref, m.email,
            m.session_ref, m.product_ref, m.value, m.url
        ) as text)) as uuid) as content_hash
    from marked as m
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
