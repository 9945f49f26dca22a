-- Which segments and which cluster each person is in, one night a partition.
-- grain: night_id, person_id
create table if not exists features.customer_segments (
    night_id bigint not null,
    as_of date not null,
    person_id bigint not null,
    segments text[] not null,
    primary_segment text not null,
    cluster integer,
    cluster_name text,
    segmenter_model text,
    primary key (night_id, person_id)
) partition by list (night_id);
create index if not exists customer_segments_by_segment on features.customer_segments using gin (
    segments
);
