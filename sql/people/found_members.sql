-- Which person each record in scope belongs to by the end of :as_of, since when, by what evidence.
-- grain: source, entity, record_ref
-- reads: sighting_nodes, edges, labels, shared_values
with people as (
    select l.node, l.person_id as own_id, f.person_id
    from labels as l
    inner join labels as f on l.label = f.first_label
),

value_people as (
    select
        e.value,
        min(p.person_id) as person_id,
        min(e.linked_on) as linked_on
    from edges as e
    inner join people as p on e.node = p.node
    group by e.value
),

-- whom a visitor is that showed no customer_ref, but an e-mail
visitor_people as (
    select
        'visitor ' || s.source || chr(31) || s.visitor_ref as value,
        min(e.person_id) as person_id,
        min(greatest(s.seen_on, e.linked_on)) as linked_on
    from sighting_nodes as s
    inner join value_people as e on e.value = 'email ' || s.usable_email
    left join shared_values as v on v.value = 'visitor ' || s.source || chr(31) || s.visitor_ref
    where s.node is null and s.visitor_ref is not null and v.value is null
    group by s.source, s.visitor_ref
),

-- the first day a node shared a value with another node: its own, or if it came first the second's
shared_edges as (
    select
        node,
        value,
        greatest(
            linked_on,
            nth_value(linked_on, 2) over (
                partition by value
                order by linked_on
                rows between unbounded preceding and unbounded following
            )
        ) as linked_on,
        count(*) over (partition by value) as node_count
    from edges
),

node_links as (
    select distinct on (node) node, value, linked_on
    from shared_edges
    where node_count > 1
    order by node, linked_on, value
),

of_nodes as (
    select
        s.source, s.entity, s.record_ref, s.customer_space, s.customer_ref,
        p.person_id,
        case when p.person_id = p.own_id then s.seen_on else greatest(s.seen_on, k.linked_on) end
            as linked_on,
        case
            when p.person_id != p.own_id then split_part(k.value, ' ', 1)
            when s.customer_ref is not null then 'customer_ref'
            when s.usable_email is not null then 'email'
            else 'phone'
        end as evidence
    from sighting_nodes as s
    inner join people as p on s.node = p.node
    left join node_links as k on s.node = k.node
),

of_values as (
    select
        s.source, s.entity, s.record_ref, s.customer_space, s.customer_ref,
        coalesce(e.person_id, v.person_id, m.person_id) as person_id,
        greatest(s.seen_on, coalesce(e.linked_on, v.linked_on, m.linked_on)) as linked_on,
        case when e.person_id is not null then 'email' else 'visitor' end as evidence
    from sighting_nodes as s
    left join value_people as e on e.value = 'email ' || s.usable_email
    left join value_people as v on v.value = 'visitor ' || s.source || chr(31) || s.visitor_ref
    left join visitor_people as m on m.value = 'visitor ' || s.source || chr(31) || s.visitor_ref
    where s.node is null and coalesce(e.person_id, v.person_id, m.person_id) is not null
),

everything as (
    select * from of_nodes
    union all
    select * from of_values
)

select
    person_id,
    source,
    entity,
    record_ref,
    max(customer_space) as customer_space,
    max(customer_ref) as customer_ref,
    nullif(min(linked_on), date '0001-01-01') as linked_on,
    min(evidence) as evidence
from everything
group by person_id, source, entity, record_ref
