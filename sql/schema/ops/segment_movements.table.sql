-- From which primary segment to which how many people went, between neighbouring published nights.
-- grain: as_of, from_segment, to_segment
create table if not exists ops.segment_movements (
    as_of date not null,
    from_segment text not null,
    to_segment text not null,
    people_count bigint not null,
    primary key (as_of, from_segment, to_segment)
);
comment on table ops.segment_movements is 'Movement between primary segments since the published night before; marts.segment_movement reads it.';
comment on column ops.segment_movements.as_of is 'Business day of the later night.';
comment on column ops.segment_movements.from_segment is 'Primary segment on the published night before; none, or (new) for who was not there.';
comment on column ops.segment_movements.to_segment is 'Primary segment on this night; none, or (gone) for who is not there any more.';
comment on column ops.segment_movements.people_count is 'People; where both segments are the same, those who stayed.';
