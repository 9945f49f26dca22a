-- The rows of the inbox, each with the hash of its content and the name it goes by.
-- grain: row_no
-- Rows that may have the same key have the same twin.
-- updated_at is part of it only where it is given, so that earlier content keeps its hash.
-- reads: rows_with_op
select
    m.*,
    '' as stem,
    coalesce(m.product_ref, '') as own_name,
    cast(md5(cast(row(
        m.op, m.extras || case
            when m.updated_at is null then cast('{}' as jsonb)
            else jsonb_build_object('updated_at', m.updated_at)
        end,
        m.product_ref, m.name, m.category, m.brand, m.price
    ) as text)) as uuid) as row_hash,
    cast(null as uuid) as deleted_hash,
    hashtextextended(coalesce(m.product_ref, ''), 0) as twin
from rows_with_op as m
