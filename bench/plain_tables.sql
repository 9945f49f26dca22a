-- The same rows as plain tables, as a shop without Nocturne might keep them: no versions, and
-- each row knows its person already. Making them is not measured.
create schema plain;
create unlogged table plain.people as
select person_id, array_agg(distinct customer_ref order by customer_ref) as customer_refs
from features.members
where night_id = :night_id
group by person_id;

create unlogged table plain.order_lines as
select
    m.person_id, l.source, l.order_id, l.ordered_on, l.ordered_at, l.product_ref, l.quantity,
    l.net_amount, l.discount_amount
from staging.order_lines as l
inner join features.members as m
    on
        m.night_id = :night_id and m.entity = 'order_lines'
        and l.source = m.source and l.record_ref = m.record_ref;
create index on plain.order_lines using brin (ordered_on);

create unlogged table plain.events as
select
    m.person_id, e.source, e.session_ref, e.visitor_ref, e.event_type, e.occurred_on,
    e.occurred_at
from staging.events as e
inner join features.members as m
    on
        m.night_id = :night_id and m.entity = 'events'
        and e.source = m.source and e.record_ref = m.record_ref;
create index on plain.events (occurred_on);

create unlogged table plain.products as
select product_ref, max(category) as category
from staging.products
group by product_ref;
analyze plain.people, plain.order_lines, plain.events, plain.products;
