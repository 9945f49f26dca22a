-- The rows of the inbox that may have a key in common: the how many-th of its content each one
-- without a name is, and what the row before of the same key said.
-- grain: row_no
-- reads: rows_hashed, raw.repeated
with contents as (
    select
        h.row_no,
        h.stem || h.own_name as named_key,
        h.op,
        h.row_hash,
        case when h.own_name is null then coalesce(h.deleted_hash, h.row_hash) end as content_hash
    from rows_hashed as h
    where h.twin in (select r.twin from raw.repeated as r)
),

numbered as (
    select
        c.*,
        case
            when c.named_key is null
                then row_number() over (partition by c.content_hash, c.op order by c.row_no)
        end as ordinal
    from contents as c
)

select
    n.row_no,
    n.ordinal,
    lag(n.row_hash) over (
        partition by n.named_key, n.content_hash, n.ordinal order by n.row_no
    ) as hash_before
from numbered as n
