-- How large each segment is on each published night, and who came and went.
-- grain: segment, as_of
create or replace view marts.segment_summary as
select
    segment,
    as_of,
    people_count as people,
    entered_count as entered,
    left_count as "left",
    spend_amount as spend,
    churn_probability as churn
from ops.segment_counts;
comment on view marts.segment_summary is 'Each segment on each published night: size, change since the night published before, spend, churn.';
comment on column marts.segment_summary.segment is 'The segment''s name in segments.yml; one left out that night has no row.';
comment on column marts.segment_summary.as_of is 'Business day, inclusive.';
comment on column marts.segment_summary.people is 'People in it.';
comment on column marts.segment_summary.entered is 'People in it who were not on the published night before; null on the first.';
comment on column marts.segment_summary."left" is 'People who were in it on the published night before and are not; null on the first. A reserved word: write "left".';
comment on column marts.segment_summary.spend is 'Sum of their spend_amount, over all time.';
comment on column marts.segment_summary.churn is 'Mean churn probability of those who are scored; null without any.';
