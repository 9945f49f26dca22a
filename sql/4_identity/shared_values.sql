-- Values that link nobody: an e-mail or phone on too many customer_refs, a visitor of two.
-- grain: value
-- reads: sightings
with pairs as (
    select 'email ' || email as value, customer_space, customer_ref, 0 as is_visitor
    from sightings
    where email is not null and customer_ref is not null
    union all
    select 'phone ' || phone as value, customer_space, customer_ref, 0 as is_visitor
    from sightings
    where phone is not null and customer_ref is not null
    union all
    select
        'visitor ' || source || chr(31) || visitor_ref as value,
        customer_space,
        customer_ref,
        1 as is_visitor
    from sightings
    where visitor_ref is not null and customer_ref is not null
)

select
    value,
    max(is_visitor) as is_visitor,
    count(distinct customer_space || chr(31) || customer_ref) as customer_ref_count
from pairs
group by value
having
    count(distinct customer_space || chr(31) || customer_ref)
    > case when max(is_visitor) = 1 then 1 else cast(:shared_value_limit as integer) end
