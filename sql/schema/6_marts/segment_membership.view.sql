-- When each person was in which segment; a second stay is a second row.
-- grain: person_id, segment, entered_on
create or replace view marts.segment_membership as
with changes as (
    select
        person_id,
        segment,
        as_of,
        change,
        reason,
        lead(as_of) over following as next_as_of,
        lead(reason) over following as next_reason
    from ops.segment_ledger
    window following as (partition by person_id, segment order by as_of)
)

select
    person_id,
    segment,
    as_of as entered_on,
    next_as_of as left_on,
    coalesce(next_reason, reason) as reason,
    cast(person_id as text) as person_key
from changes
where change = 'entered';
comment on view marts.segment_membership is 'Each stay of each person in each segment, from all published nights.';
comment on column marts.segment_membership.person_id is 'The person.';
comment on column marts.segment_membership.segment is 'The segment''s name in segments.yml.';
comment on column marts.segment_membership.entered_on is 'First published night that shows the person in it.';
comment on column marts.segment_membership.left_on is 'First published night after that which does not; null while the stay lasts.';
comment on column marts.segment_membership.reason is 'Why the person left: condition no longer holds, merged, gone, consent withdrawn, segment left out; while the stay lasts, why it began: condition holds, new person, segment added, first night.';
comment on column marts.segment_membership.person_key is 'The person_id as text, for tools that round large numbers; join by either.';
