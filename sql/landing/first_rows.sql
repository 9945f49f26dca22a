-- The rows of a source's first batch, but those that say what the row before of their key said.
-- grain: row_no
-- reads: rows_keyed
select
    k.*,
    cast(:source as text) as source,
    cast(:batch_id as bigint) as batch_id
from rows_keyed as k
where k.row_hash is distinct from k.hash_before
