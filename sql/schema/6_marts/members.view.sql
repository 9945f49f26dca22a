-- Which records each person is made of, per published night.
-- grain: person_id, as_of, source, entity, record_ref
create or replace view marts.members as
select
    m.person_id,
    m.as_of,
    m.source,
    m.entity,
    m.record_ref,
    m.linked_on,
    m.evidence,
    cast(m.person_id as text) as person_key
from features.members as m
inner join ops.published as p on m.night_id = p.night_id
where p.replaced_at is null and p.retired_at is null;
comment on view marts.members is 'Which records are which person, since when and by what evidence.';
comment on column marts.members.person_id is 'The person.';
comment on column marts.members.as_of is 'Business day, inclusive.';
comment on column marts.members.source is 'The source that shows the record.';
comment on column marts.members.entity is 'customers, order_lines or events.';
comment on column marts.members.record_ref is 'The customer_ref; else guest, visitor or anonymous with a sha256 in place of personal values.';
comment on column marts.members.linked_on is 'Day from which it counts as this person; null: always.';
comment on column marts.members.evidence is 'customer_ref, email, phone or visitor.';
comment on column marts.members.person_key is 'The person_id as text, for tools that round large numbers; join by either.';
