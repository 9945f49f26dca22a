-- Who is in which segment by the newest published night, a row for each of them.
-- grain: person_id, segment
create or replace view marts.customer_segment as
select
    s.person_id,
    each_segment.name as segment,
    s.as_of as last_updated,
    cast(s.person_id as text) as person_key
from features.customer_segments as s
cross join lateral unnest(s.segments) as each_segment (name)
where
    s.night_id = (
        select p.night_id
        from ops.published as p
        where p.replaced_at is null
        order by p.as_of desc
        limit 1
    );
comment on view marts.customer_segment is 'One row per person and segment by the newest published night; who is in none has no row. Since when: segment_membership.';
comment on column marts.customer_segment.person_id is 'The person.';
comment on column marts.customer_segment.segment is 'The segment''s name in segments.yml.';
comment on column marts.customer_segment.last_updated is 'The business day the row is of: as_of of the newest published night.';
comment on column marts.customer_segment.person_key is 'The person_id as text, for tools that round large numbers; join by either.';
