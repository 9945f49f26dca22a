-- The rows of the inbox, each with the hash of its content and the key it is known by.
-- grain: row_no
-- reads: marked
select
    m.*,
    cast(md5(cast(row(
        m.op, m.extras,
        m.product_ref, m.name, m.category, m.brand, m.price
    ) as text)) as uuid) as row_hash,
    coalesce(m.product_ref, '') as row_key
from marked as m
