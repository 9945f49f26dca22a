-- What a source last sent as standing and its full list no longer has; rows without a key apart.
-- grain: row_key
-- reads: rows_keyed, received
with absent as (
    select distinct v.row_key
    from received as v
    left join rows_keyed as k on v.row_key = k.row_key
    where v.source = :source and k.row_key is null
)

select last_version.*
from absent as a
inner join lateral (
    select v.*
    from received as v
    where v.source = :source and v.row_key = a.row_key
    order by v.batch_id desc, v.row_no desc
    limit 1
) as last_version on true
where last_version.op = 'upsert' and a.row_key != '' and not starts_with(a.row_key, chr(31))
