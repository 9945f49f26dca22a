-- From which primary segment to which people went since the published night before.
-- grain: as_of, from_segment, to_segment
create or replace view marts.segment_movement as
select
    as_of,
    from_segment,
    to_segment,
    people_count as people
from ops.segment_movements;
comment on view marts.segment_movement is 'Movement between primary segments (the first in the order of segments.yml that holds) from one published night to the next; nothing for the first.';
comment on column marts.segment_movement.as_of is 'Business day of the later night.';
comment on column marts.segment_movement.from_segment is 'Primary segment on the published night before: a segment, none, or (new) for who was not there.';
comment on column marts.segment_movement.to_segment is 'Primary segment on this night: a segment, none, or (gone) for who is not there any more.';
comment on column marts.segment_movement.people is 'People; where both are the same, those who stayed.';
