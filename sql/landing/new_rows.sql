-- The rows of a file whose content differs from the last version received of their key: for few
-- rows, looked up one by one.
-- grain: row_no
-- reads: rows_keyed, received
select
    k.*,
    cast(:source as text) as source,
    cast(:batch_id as bigint) as batch_id
from rows_keyed as k
left join lateral (
    select v.row_hash
    from received as v
    where v.source = :source and v.row_key = k.row_key
    order by v.batch_id desc, v.row_no desc
    limit 1
) as last_version on true
where k.row_hash is distinct from coalesce(k.hash_before, last_version.row_hash)
