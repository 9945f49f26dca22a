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
            'upsert', case when m.line_no is null then m.unread else m.extras end || case
                when m.updated_at is null then cast('{}' as jsonb)
                else jsonb_build_object('updated_at', m.updated_at)
            end,
            m.order_id, m.line_no, m.ordered_at, m.customer_ref, m.email, m.phone,
            m.product_ref, m.quantity, m.unit_price, m.discount_amount, m.net_amount, m.currency
        ) as text)) as uuid) as content_hash
    from rows_with_op as m
)

select
    c.*,
    coalesce(c.order_id, '') || chr(31) as stem,
    c.line_no as own_name,
    case
        when c.op = 'upsert' then c.content_hash
        else cast(md5('delete ' || cast(c.content_hash as text)) as uuid)
    end as row_hash,
    case when c.op != 'upsert' then c.content_hash end as deleted_hash,
    case
        when c.line_no is not null
            then hashtextextended(coalesce(c.order_id, '') || chr(31) || c.line_no, 0)
        else hash_record_extended(
            row(
                c.unread,
                c.order_id, c.ordered_at, c.customer_ref, c.email, c.phone,
                c.product_ref, c.quantity, c.unit_price, c.discount_amount, c.net_amount, c.currency
            ),
            0
        )
    end as twin
from hashed as c
