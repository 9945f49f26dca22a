-- How large each segment that was asked on a published night is; kept when the night's rows go.
-- grain: as_of, segment
create table if not exists ops.segment_counts (
    as_of date not null,
    segment text not null,
    people_count bigint not null,
    entered_count bigint,
    left_count bigint,
    spend_amount numeric(38, 4) not null,
    churn_probability double precision,
    primary key (as_of, segment)
);
comment on table ops.segment_counts is 'Size, spend and churn of each segment asked on each published night; marts.segment_summary reads it.';
comment on column ops.segment_counts.as_of is 'Business day, inclusive.';
comment on column ops.segment_counts.segment is 'The segment''s name in segments.yml; one left out that night has no row.';
comment on column ops.segment_counts.people_count is 'People in it.';
comment on column ops.segment_counts.entered_count is 'People in it who were not on the published night before; null on the first.';
comment on column ops.segment_counts.left_count is 'People who were in it on the published night before and are not; null on the first.';
comment on column ops.segment_counts.spend_amount is 'Sum of their spend_amount.';
comment on column ops.segment_counts.churn_probability is 'Mean over those who are scored; null without any.';
