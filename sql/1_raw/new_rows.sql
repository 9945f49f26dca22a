-- The rows of a file whose content differs from the last version received of their key.
-- grain: row_no
-- reads: keyed, received
with compared as (
    select
        k.*,
        lag(k.row_hash) over (partition by k.row_key order by k.row_no) as hash_before,
        last_version.row_hash as hash_received
    from keyed as k
    left join lateral (
        select v.row_hash
        from received as v
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
