-- What a file brought when its bytes landed before, as it came or repaired, and does not have any
-- more as its source is mapped now; rows that something else brought anew since, and those without
-- a key, apart.
-- grain: row_key
-- reads: rows_keyed, received, ops.batches, quarantine.rows
with landings as (
    select b.batch_id
    from ops.batches as b
    where b.source = :source and b.file_hash = :file_hash
),

brought as (
    select v.*
    from received as v
    inner join landings as l on v.batch_id = l.batch_id
    where v.source = :source
    union all
    select v.*
    from quarantine.rows as q
    inner join landings as l on q.batch_id = l.batch_id
    inner join received as v on q.replayed_in = v.batch_id and q.replayed_as = v.row_no
)

select distinct on (b.row_key) b.*
from brought as b
left join rows_keyed as k on b.row_key = k.row_key
where
    k.row_key is null
    and b.op = 'upsert'
    and b.row_key != '' and not starts_with(b.row_key, chr(31))
    and not exists (
        select from received as later
        where
            later.source = :source
            and later.row_key = b.row_key
            and (later.batch_id, later.row_no) > (b.batch_id, b.row_no)
    )
order by b.row_key
