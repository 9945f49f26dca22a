-- Each person's orders by day: what was bought, returned and paid.
-- grain: person_id, source, order_id, ordered_on
-- reads: staging.order_lines, touched_members
select
    m.person_id,
    l.source,
    l.order_id,
    l.ordered_on,
    min(case when l.quantity > 0 then l.ordered_at end) as bought_at,
    min(case when l.quantity > 0 and l.has_time then 1 when l.quantity > 0 then 0 end)
        as bought_has_time,
    sum(l.net_amount) as net_amount,
    sum(case when l.quantity > 0 then l.net_amount end) as bought_amount,
    sum(case when l.quantity < 0 then l.net_amount end) as returned_amount,
    sum(case when l.quantity > 0 then coalesce(l.discount_amount, 0) end) as discount_amount,
    sum(case when l.quantity > 0 then l.quantity end) as bought_quantity
from staging.order_lines as l
inner join touched_members as m
    on l.source = m.source and l.record_ref = m.record_ref and m.entity = 'order_lines'
where
    l.staging_version = :staging_version
    and l.batch_from <= :known_at and l.batch_to > :known_at
    and l.ordered_on <= cast(:as_of as date)
group by m.person_id, l.source, l.order_id, l.ordered_on
