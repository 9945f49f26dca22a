-- Who is in which segments and which cluster by the newest published night.
-- Both tables are given the newest night by itself, so that only its partitions are looked at.
-- grain: person_id
create or replace view marts.customer_segments as
select
    s.person_id,
    s.segments,
    s.cluster,
    s.cluster_name,
    c.churn_probability,
    c.churn_reasons,
    c.expected_purchases,
    c.expected_spend,
    s.as_of as last_updated,
    cast(s.person_id as text) as person_key
from features.customer_segments as s
left join features.customer_scores as c
    on
        s.person_id = c.person_id
        and c.night_id = (
            select p.night_id
            from ops.published as p
            where p.replaced_at is null
            order by p.as_of desc
            limit 1
        )
where
    s.night_id = (
        select p.night_id
        from ops.published as p
        where p.replaced_at is null
        order by p.as_of desc
        limit 1
    );
comment on view marts.customer_segments is 'Everybody by the newest published night: segments, cluster and scores. Earlier nights: segment_membership.';
comment on column marts.customer_segments.person_id is 'The person.';
comment on column marts.customer_segments.segments is 'Names of the segments whose condition holds (segments.yml), sorted; empty for none.';
comment on column marts.customer_segments.cluster is 'Number of the nearest centroid; null without a purchase, with profiling refused or without a segmenter.';
comment on column marts.customer_segments.cluster_name is 'What the cluster is like, in words.';
comment on column marts.customer_segments.churn_probability is 'As in customer_scores; null for who is not scored.';
comment on column marts.customer_segments.churn_reasons is 'As in customer_scores.';
comment on column marts.customer_segments.expected_purchases is 'As in customer_scores.';
comment on column marts.customer_segments.expected_spend is 'As in customer_scores.';
comment on column marts.customer_segments.last_updated is 'The business day the row is of: as_of of the newest published night.';
comment on column marts.customer_segments.person_key is 'The person_id as text, for tools that round large numbers; join by either.';
