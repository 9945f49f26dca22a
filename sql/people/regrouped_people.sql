-- People whose records are not those of the earlier night, here or gone.
-- grain: person_id
-- reads: found_members, previous_members, scope
with before as (
    select p.person_id, p.source, p.entity, p.record_ref, p.customer_ref
    from previous_members as p
    inner join scope as s
        on p.source = s.source and p.entity = s.entity and p.record_ref = s.record_ref
)

select f.person_id
from found_members as f
left join before as b
    on
        f.source = b.source and f.entity = b.entity and f.record_ref = b.record_ref
        and f.person_id = b.person_id
where b.person_id is null or f.customer_ref is distinct from b.customer_ref
union
select b.person_id
from before as b
left join found_members as f
    on
        b.source = f.source and b.entity = f.entity and b.record_ref = f.record_ref
        and b.person_id = f.person_id
where f.person_id is null or f.customer_ref is distinct from b.customer_ref
