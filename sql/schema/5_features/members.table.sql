-- Which records are which person, one night a partition.
-- grain: night_id, source, entity, record_ref
create table if not exists features.members (
    night_id bigint not null,
    as_of date not null,
    person_id bigint not null,
    source text not null,
    entity text not null,
    record_ref text not null,
    customer_space text,
    customer_ref text,
    linked_on date,
    evidence text not null,
    primary key (night_id, source, entity, record_ref)
) partition by list (night_id);
create index if not exists members_by_person on features.members (person_id);
