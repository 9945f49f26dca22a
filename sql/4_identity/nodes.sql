-- Every customer_ref and guest seen, ranked by who would found the person: refs before guests,
-- then the earliest batch, then space and ref. The rank is the node's first label.
-- grain: node
-- reads: placed, identity.customer_refs, staging.order_lines
with refs as (
    select
        p.node,
        0 as is_guest,
        r.first_batch,
        p.customer_space || chr(31) || p.customer_ref as name,
        r.person_id
    from (
        select distinct node, customer_space, customer_ref
        from placed
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
        p.node,
        1 as is_guest,
        min(l.batch_from) as first_batch,
        min(coalesce(p.usable_email, p.usable_phone)) as name
    from placed as p
    inner join staging.order_lines as l
        on p.source = l.source and p.record_ref = l.record_ref and l.customer_ref is null
    where
        p.entity = 'order_lines' and p.customer_ref is null and p.node is not null
        and l.staging_version = :staging_version
        and l.batch_from <= :known_at and l.batch_to > :known_at
        and l.ordered_on <= cast(:as_of as date)
    group by p.node
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
