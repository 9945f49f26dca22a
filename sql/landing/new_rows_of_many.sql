-- The rows of a file whose content differs from the last version received of their key: for many
-- rows, all that the source sent is read once.
-- grain: row_no
-- reads: rows_keyed, received
with last_versions as (
    select distinct on (v.row_key)
        v.row_key,
        v.row_hash
    from received as v
    where v.source = :source
    order by v.row_key asc, v.batch_id desc, v.row_no desc
)

select
    k.*,
    cast(:source as text) as source,
    cast(:batch_id as bigint) as batch_id
from rows_keyed as k
left join last_versions as l on k.row_key = l.row_key
where k.row_hash is distinct from coalesce(k.hash_before, l.row_hash)
