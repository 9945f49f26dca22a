-- The landing numbers that each partition of a table holds: from the first, up to before the end.
-- grain: first_batch
-- reads: the catalogue
with bounds as (
    select
        c.relname as partition_name,
        regexp_match(
            pg_get_expr(c.relpartbound, c.oid), 'FROM \(''(\d+)''\) TO \(''(\d+)''\)'
        ) as found
    from pg_inherits as i
    inner join pg_class as c on i.inhrelid = c.oid
    where i.inhparent = to_regclass(:table_name)
)

select
    partition_name,
    cast(found[1] as bigint) as first_batch,
    cast(found[2] as bigint) as end_batch
from bounds
order by first_batch
