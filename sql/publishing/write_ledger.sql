-- Write what changed between the nights :before_id (null: there was none) and :night_id.
-- Who is gone was merged if another person has one of the records now. Of a night whose rows are
-- gone it is known who was in a segment, not who was there in none: then the reason that stood is
-- kept.
-- reads: segments_tonight, segments_before, remembered, features.members, profiling_refused
insert into ops.segment_ledger (as_of, person_id, segment, change, reason)
with changed as (
    select
        coalesce(t.person_id, b.person_id) as person_id,
        t.segments is not null as is_here,
        b.segments is not null as was_here,
        coalesce(t.segments, '{}') as segments,
        coalesce(b.segments, '{}') as segments_before
    from segments_tonight as t
    full outer join segments_before as b on t.person_id = b.person_id
    where t.segments is distinct from b.segments
),

entered as (
    select
        c.person_id,
        s.segment,
        case
            when cast(:before_id as bigint) is null then 'first night'
            when not c.was_here and :before_is_whole then 'new person'
            when s.segment != all(cast(:asked_before as text[])) then 'segment added'
            else 'condition holds'
        end as reason
    from changed as c
    cross join lateral unnest(c.segments) as s (segment)
    where s.segment != all(c.segments_before)
),

merged as (
    select distinct c.person_id
    from changed as c
    inner join features.members as b on c.person_id = b.person_id
    inner join features.members as t
        on b.source = t.source and b.entity = t.entity and b.record_ref = t.record_ref
    where not c.is_here and b.night_id = :before_id and t.night_id = :night_id
),

gone as (
    select
        c.person_id,
        s.segment,
        case
            when m.person_id is not null then 'merged'
            when not c.is_here and :night_is_whole then 'gone'
            when r.person_id is not null then 'consent withdrawn'
            when s.segment != all(cast(:asked as text[])) then 'segment left out'
            else 'condition no longer holds'
        end as reason
    from changed as c
    cross join lateral unnest(c.segments_before) as s (segment)
    left join merged as m on c.person_id = m.person_id
    left join profiling_refused as r on c.person_id = r.person_id
    where s.segment != all(c.segments)
)

select
    cast(:as_of as date) as as_of,
    c.person_id,
    c.segment,
    c.change,
    coalesce(r.reason, c.reason) as reason
from (
    select person_id, segment, 'entered' as change, reason from entered
    union all
    select person_id, segment, 'left' as change, reason from gone
) as c
left join remembered as r
    on c.person_id = r.person_id and c.segment = r.segment and c.change = r.change
