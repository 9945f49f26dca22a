-- Lines last sent as standing that their order, sent again whole, no longer has.
-- An order's keys are found one after the other by the index: a range of keys that hangs on each
-- order the planner takes for a large part of the table, and reads it all for every order.
-- grain: row_key
-- reads: rows_keyed, received
with recursive orders as (
    select distinct
        order_id || chr(31) as first_key,
        order_id || chr(32) as end_key
    from rows_keyed
    where order_id is not null
),

known as (
    select o.end_key, next_one.row_key
    from orders as o
    inner join lateral (
        select v.row_key
        from received as v
        where v.source = :source and v.row_key >= o.first_key and v.row_key < o.end_key
        order by v.row_key
        limit 1
    ) as next_one on true
    union all
    select k.end_key, next_one.row_key
    from known as k
    inner join lateral (
        select v.row_key
        from received as v
        where v.source = :source and v.row_key > k.row_key and v.row_key < k.end_key
        order by v.row_key
        limit 1
    ) as next_one on true
)

select last_version.*
from known as n
left join rows_keyed as k on n.row_key = k.row_key
inner join lateral (
    select v.*
    from received as v
    where v.source = :source and v.row_key = n.row_key
    order by v.batch_id desc, v.row_no desc
    limit 1
) as last_version on true
where k.row_key is null and last_version.op = 'upsert'
