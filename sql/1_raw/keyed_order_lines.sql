-- The rows of the inbox, each with the hash of its content and the key it is known by.
-- grain: row_no
-- A row that says its content is deleted has the key of that content.
-- reads: marked
with hashed as (
    select
        m.*,
        cast(md5(cast(row(
            'upsert', m.extras,
            m.order_id, m.line_no, m.ordered_at, m.customer_ref, m.email, m.phone,
            m.product_ref, m.quantity, m.unit_price, m.discount_amount, m.net_amount, m.currency
        ) as text)) as uuid) as content_hash
    from marked as m
)

select
    c.*,
    case
        when c.op = 'upsert' then c.content_hash
        else cast(md5('delete ' || cast(c.content_hash as text)) as uuid)
    end as row_hash,
    coalesce(c.order_id, '') || chr(31) || coalesce(
        c.line_no,
        cast(c.content_hash as text) || '#' || row_number() over (
            partition by c.order_id, c.content_hash, c.op order by c.row_no
        )
    ) as row_key
from hashed as c
