-- The node of each sighting: its customer_ref, or for an order without one the guest's e-mail,
-- else phone. An event alone founds nobody and has no node.
-- grain: source, entity, record_ref, customer_ref, email, phone, visitor_ref
-- reads: sightings, shared_values
with usable as (
    select
        s.*,
        case when e.value is null then s.email end as usable_email,
        case when p.value is null then s.phone end as usable_phone
    from sightings as s
    left join shared_values as e on e.value = 'email ' || s.email
    left join shared_values as p on p.value = 'phone ' || s.phone
)

select
    u.*,
    case
        when u.customer_ref is not null then 'ref ' || u.customer_space || chr(31) || u.customer_ref
        when u.entity = 'order_lines' then 'guest ' || coalesce(u.usable_email, u.usable_phone)
    end as node
from usable as u
