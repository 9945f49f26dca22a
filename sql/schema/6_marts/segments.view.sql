-- The segments of the newest published night, as segments.yml defined them when it was built.
-- grain: name
create or replace view marts.segments as
with newest as (
    select n.night_id, n.as_of, n.build_configuration
    from ops.published as p
    inner join ops.nights as n on p.night_id = n.night_id
    where p.replaced_at is null
    order by p.as_of desc
    limit 1
)

select
    s.pair ->> 0 as name,
    d.description,
    s.pair ->> 1 as condition,
    d.goal,
    cast(s.place as int) as precedence,
    newest.as_of as last_updated
from newest
inner join ops.configurations as c on newest.build_configuration = c.hash
cross join
    lateral jsonb_array_elements(c.content -> 'segments') with ordinality as s (pair, place)
left join ops.segment_descriptions as d
    on newest.night_id = d.night_id and (s.pair ->> 0) = d.segment;
comment on view marts.segments is 'The segments of the newest published night: who is in them, by which condition, and what for.';
comment on column marts.segments.name is 'The segment''s name in segments.yml, as in every column called segment.';
comment on column marts.segments.description is 'Who is in it, in words (segments.yml); null for a night of an earlier version.';
comment on column marts.segments.condition is 'The condition over customer_features and customer_scores, as it was written.';
comment on column marts.segments.goal is 'What the segment is for (segments.yml); empty where nobody wrote it.';
comment on column marts.segments.precedence is 'Place in segments.yml: of several that hold, the lowest is the primary segment.';
comment on column marts.segments.last_updated is 'as_of of the newest published night.';
