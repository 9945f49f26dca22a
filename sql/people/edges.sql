-- What ties nodes together: the e-mails, phones and visitors they share.
-- grain: node, value
-- reads: sighting_nodes, shared_values
with pairs as (
    select node, 'email ' || usable_email as value, seen_on from sighting_nodes
    union all
    select node, 'phone ' || usable_phone as value, seen_on from sighting_nodes
    union all
    select node, 'visitor ' || source || chr(31) || visitor_ref as value, seen_on
    from sighting_nodes
)

select
    p.node,
    p.value,
    min(coalesce(p.seen_on, date '0001-01-01')) as linked_on
from pairs as p
left join shared_values as s on p.value = s.value
where p.node is not null and p.value is not null and s.value is null
group by p.node, p.value
