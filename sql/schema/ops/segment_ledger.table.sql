-- Who entered and who left which segment, by the first published night that shows it.
-- grain: as_of, person_id, segment
create table if not exists ops.segment_ledger (
    as_of date not null,
    person_id bigint not null,
    segment text not null,
    change text not null check (change in ('entered', 'left')),
    reason text not null,
    primary key (as_of, person_id, segment)
);
create index if not exists segment_ledger_by_person
on ops.segment_ledger (person_id, segment, as_of);
comment on table ops.segment_ledger is 'The differences between each published night and the one published before it; marts.segment_membership reads it.';
comment on column ops.segment_ledger.as_of is 'Business day of the night that shows the change.';
comment on column ops.segment_ledger.person_id is 'The person.';
comment on column ops.segment_ledger.segment is 'The segment''s name in segments.yml.';
comment on column ops.segment_ledger.change is 'entered or left.';
comment on column ops.segment_ledger.reason is 'entered: first night, new person, segment added, condition holds; left: merged, gone, consent withdrawn, segment left out, condition no longer holds.';
