-- How many categories each person buys from, and the one with the most spend, ties by name.
-- What leaves a window changes neither: of who is touched by nothing else both are copied.
-- grain: person_id
-- reads: staging.order_lines, categories, touched_members, orders
with no_purchases as (
    select person_id, source, order_id
    from orders
    where not is_purchase
),

spend as (
    select m.person_id, p.category, sum(l.net_amount) as spend_amount
    from staging.order_lines as l
    inner join touched_members as m
        on l.source = m.source and l.record_ref = m.record_ref and m.entity = 'order_lines'
    left join no_purchases as o
        on m.person_id = o.person_id and l.source = o.source and l.order_id = o.order_id
    inner join categories as p on l.product_ref = p.product_ref
    where
        l.staging_version = :staging_version
        and l.batch_from <= :known_at and l.batch_to > :known_at
        and l.ordered_on <= cast(:as_of as date)
        and l.quantity > 0
        and m.reason != 'window'
        and o.person_id is null
    group by m.person_id, p.category
),

ranked as (
    select
        person_id,
        category,
        row_number() over (partition by person_id order by spend_amount desc, category asc) as place
    from spend
)

select
    person_id,
    count(*) as category_count,
    max(case when place = 1 then category end) as top_category
from ranked
group by person_id
