-- What segments.yml said of each segment when a night was published; no row depends on it.
-- grain: night_id, segment
create table if not exists ops.segment_descriptions (
    night_id bigint not null,
    segment text not null,
    description text not null,
    goal text not null,
    primary key (night_id, segment)
);
comment on table ops.segment_descriptions is 'Description and goal of each segment, as segments.yml had them when the night was published.';
comment on column ops.segment_descriptions.night_id is 'The published attempt.';
comment on column ops.segment_descriptions.segment is 'The segment''s name in segments.yml.';
comment on column ops.segment_descriptions.description is 'Who is in it, in words; empty where segments.yml has none.';
comment on column ops.segment_descriptions.goal is 'What the segment is for; empty where segments.yml has none.';
