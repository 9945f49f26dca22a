-- The customers on which each value of the named sightings stands, and the e-mails a visitor showed
-- without a customer_ref, by the end of :as_of, as known
-- at :known_at: all their sightings are asked, in scope or not. In full: of every value.
-- grain: none
-- reads: current_sightings, named
with emails as (
    select distinct email
    from named
),

phones as (
    select distinct phone
    from named
),

visitors as (
    select distinct source, visitor_ref
    from named
)

select
    'email ' || s.email as value, 0 as is_visitor, s.customer_space, s.customer_ref,
    cast(null as text) as email
from current_sightings as s
left join emails as n on s.email = n.email
where s.customer_ref is not null and s.email is not null and (:is_full or n.email is not null)
union all
select
    'phone ' || s.phone as value, 0 as is_visitor, s.customer_space, s.customer_ref,
    cast(null as text) as email
from current_sightings as s
left join phones as n on s.phone = n.phone
where s.customer_ref is not null and s.phone is not null and (:is_full or n.phone is not null)
union all
select
    'visitor ' || s.source || chr(31) || s.visitor_ref as value,
    1 as is_visitor,
    s.customer_space,
    s.customer_ref,
    case when s.customer_ref is null then s.email end as email
from current_sightings as s
left join visitors as n
    on s.source = n.source and s.visitor_ref = n.visitor_ref
where
    coalesce(s.customer_ref, s.email) is not null
    and s.visitor_ref is not null
    and (:is_full or n.visitor_ref is not null)
