-- Every customer_ref and guest seen, ranked by who would found the person: refs before guests,
-- then the earliest batch, then space and ref. The rank is the node's first label.
-- grain: node
-- reads: sighting_nodes, identity.customer_refs
with refs as (
    select
        p.node,
        0 as is_guest,
        r.first_batch,
        p.customer_space || chr(31) || p.customer_ref as name,
        r.person_id
    from (
        select distinct node, customer_space, customer_ref
        from sighting_nodes
        where customer_ref is not null
    ) as p
    inner join identity.customer_refs as r
        on
            r.staging_version = :staging_version
            and p.customer_space = r.customer_space
            and p.customer_ref = r.customer_ref
),

guests as (
    select
        node,
        1 as is_guest,
        min(first_batch) as first_batch,
        min(coalesce(usable_email, usable_phone)) as name
    from sighting_nodes
    where entity = 'order_lines' and customer_ref is null and node is not null
    group by node
),

everybody as (
    select node, is_guest, first_batch, name, person_id
    from refs
    union all
    select node, is_guest, first_batch, name, staging.first_63_bits(name) as person_id
    from guests
)

select
    node,
    person_id,
    row_number() over (order by is_guest, first_batch, name) as first_label,
    row_number() over (order by is_guest, first_batch, name) as label
from everybody
