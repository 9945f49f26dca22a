-- The rows of the inbox, each with the hash of its content and the name it goes by, if it has one.
-- grain: row_no
-- What a rule reads tells no rows apart that have no name of their own: they are what it makes.
-- Rows that may have the same key have the same twin.
-- updated_at is part of it only where it is given, so that earlier content keeps its hash.
-- reads: rows_with_op
with hashed as (
    select
        m.*,
        cast(md5(cast(row(
            'upsert', case when m.event_id is null then m.unread else m.extras end || case
                when m.updated_at is null then cast('{}' as jsonb)
                else jsonb_build_object('updated_at', m.updated_at)
            end,
            m.event_id, m.occurred_at, m.event_type, m.visitor_ref, m.customer_ref, m.email,
            m.session_ref, m.product_ref, m.value, m.url
        ) as text)) as uuid) as content_hash
    from rows_with_op as m
)

select
    c.*,
    '' as stem,
    c.event_id as own_name,
    case
        when c.op = 'upsert' then c.content_hash
        else cast(md5('delete ' || cast(c.content_hash as text)) as uuid)
    end as row_hash,
    case when c.op != 'upsert' then c.content_hash end as deleted_hash,
    case
        when c.event_id is not null then hashtextextended(c.event_id, 0)
        else hash_record_extended(
            row(
                c.unread,
                c.occurred_at, c.event_type, c.visitor_ref, c.customer_ref, c.email,
                c.session_ref, c.product_ref, c.value, c.url
            ),
            0
        )
    end as twin
from hashed as c
