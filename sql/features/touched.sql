-- People whose features a night computes, and why: the first reason by name, so that window means
-- nothing but a window. In full: everybody. Who is gone is touched, and has no records any more.
-- grain: person_id
-- reads: members, touched_records, regrouped
with reasons as (
    select m.person_id, t.reason
    from members as m
    inner join touched_records as t
        on m.source = t.source and m.entity = t.entity and m.record_ref = t.record_ref
    union all
    select person_id, 'members' as reason
    from regrouped
    union all
    select person_id, 'in full' as reason
    from members
    where :is_full
)

select person_id, min(reason) as reason
from reasons
group by person_id
