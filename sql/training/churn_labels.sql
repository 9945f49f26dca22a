-- Who of the people active at a cut-off (:as_of) bought nothing in the :churn_horizon_days days
-- after it. The people are those of model_features. Who they are is what was linked at the
-- cut-off: a later order is theirs if it has a customer_ref, e-mail or phone they had by then.
-- grain: person_id
-- reads: staging.order_lines, staging.customers, members, customer_features, profiling_refused
with active as (
    select f.person_id
    from customer_features as f
    left join profiling_refused as r on f.person_id = r.person_id
    where r.person_id is null and f.recency_days < cast(:activity_days as integer)
),

known_lines as (
    select *
    from staging.order_lines
    where
        staging_version = :staging_version
        and batch_from <= :known_at and batch_to > :known_at
        and ordered_on <= cast(:as_of as date) + cast(:churn_horizon_days as integer)
),

ref_people as (
    select distinct customer_space, customer_ref, person_id
    from members
    where customer_ref is not null
),

-- guests, and customers who will order as a guest
sightings as (
    select l.source, 'order_lines' as entity, l.record_ref, l.email, l.phone
    from known_lines as l
    where l.ordered_on <= cast(:as_of as date) and coalesce(l.email, l.phone) is not null
    union
    select c.source, 'customers' as entity, c.record_ref, c.email, c.phone
    from staging.customers as c
    where
        c.staging_version = :staging_version
        and c.batch_from <= :known_at and c.batch_to > :known_at
        and coalesce(c.email, c.phone) is not null
),

pairs as (
    select m.person_id, 'email ' || s.email as value
    from sightings as s
    inner join members as m
        on s.source = m.source and s.entity = m.entity and s.record_ref = m.record_ref
    where s.email is not null
    union all
    select m.person_id, 'phone ' || s.phone as value
    from sightings as s
    inner join members as m
        on s.source = m.source and s.entity = m.entity and s.record_ref = m.record_ref
    where s.phone is not null
),

-- a value that several people have links nobody
value_people as (
    select value, min(person_id) as person_id
    from pairs
    group by value
    having min(person_id) = max(person_id)
),

orders_after as (
    select distinct source, order_id
    from known_lines
    where ordered_on > cast(:as_of as date)
),

lines as (
    select
        l.source, l.order_id, l.ordered_on, l.quantity, l.net_amount,
        coalesce(r.person_id, e.person_id, p.person_id) as person_id
    from known_lines as l
    inner join orders_after as o on l.source = o.source and l.order_id = o.order_id
    left join ref_people as r
        on l.customer_space = r.customer_space and l.customer_ref = r.customer_ref
    left join value_people as e on 'email ' || l.email = e.value
    left join value_people as p on 'phone ' || l.phone = p.value
),

purchases as (
    select person_id, source, order_id, min(ordered_on) as purchased_on
    from lines
    where quantity > 0
    group by person_id, source, order_id
    having sum(net_amount) > 0
),

buyers as (
    select distinct person_id
    from purchases
    where purchased_on > cast(:as_of as date)
)

select
    a.person_id,
    cast(case when b.person_id is null then 1 else 0 end as bigint) as churned
from active as a
left join buyers as b on a.person_id = b.person_id
order by a.person_id
