-- The records whose person may differ from the earlier night's: those that share a value with a
-- moved sighting, and every record of the people these were. A record outside shares no value
-- that links with one inside: it would have been the same person in the earlier night.
-- grain: source, entity, record_ref
-- reads: changed_sightings, current_sightings, previous_members
with refs as (
    select distinct customer_space, customer_ref
    from changed_sightings
),

emails as (
    select distinct email
    from changed_sightings
),

phones as (
    select distinct phone
    from changed_sightings
),

visitors as (
    select distinct source, visitor_ref
    from changed_sightings
    union
    -- who is known by an e-mail only is whom the e-mail is
    select s.source, s.visitor_ref
    from current_sightings as s
    inner join emails as m on s.email = m.email
    where s.visitor_ref is not null and s.customer_ref is null
),

reached as (
    select source, entity, record_ref
    from changed_sightings
    union
    select s.source, s.entity, s.record_ref
    from current_sightings as s
    inner join refs as m
        on s.customer_ref = m.customer_ref and s.customer_space = m.customer_space
    union
    select s.source, s.entity, s.record_ref
    from current_sightings as s
    inner join emails as m on s.email = m.email
    union
    select s.source, s.entity, s.record_ref
    from current_sightings as s
    inner join phones as m on s.phone = m.phone
    union
    select s.source, s.entity, s.record_ref
    from current_sightings as s
    inner join visitors as m
        on s.visitor_ref = m.visitor_ref and s.source = m.source
),

people as (
    select distinct p.person_id
    from previous_members as p
    inner join reached as r
        on p.source = r.source and p.entity = r.entity and p.record_ref = r.record_ref
)

select source, entity, record_ref
from reached
union
select p.source, p.entity, p.record_ref
from previous_members as p
inner join people on p.person_id = people.person_id
