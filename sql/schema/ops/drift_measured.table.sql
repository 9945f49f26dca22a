-- How far each attempt had moved from its reference; ops.drift shows those that stand.
-- grain: night_id, table_name, column_name, value
create table if not exists ops.drift_measured (
    night_id bigint not null,
    as_of date not null,
    training_id bigint not null,
    table_name text not null,
    column_name text not null,
    value text,
    psi double precision,
    psi_limit double precision,
    judged boolean not null,
    drifted boolean not null,
    reference_counts bigint[] not null,
    current_counts bigint[] not null,
    unique nulls not distinct (night_id, table_name, column_name, value)
);
comment on table ops.drift_measured is 'Drift of every attempt, published or not; ask ops.drift for the nights that stand.';
comment on column ops.drift_measured.night_id is 'The attempt.';
comment on column ops.drift_measured.as_of is 'Business day, inclusive.';
comment on column ops.drift_measured.training_id is 'The training whose night is the reference.';
comment on column ops.drift_measured.table_name is 'customer_features, customer_scores or customer_segments.';
comment on column ops.drift_measured.column_name is 'The column; for customer_segments, segments or cluster_name.';
comment on column ops.drift_measured.value is 'The segment or cluster; null for columns that are numbers.';
comment on column ops.drift_measured.psi is 'Population stability index over the reference''s bins; null when either side is empty.';
comment on column ops.drift_measured.psi_limit is 'drift.psi_limit + (bins - 1)(1/n + 1/m): what is asked plus what chance alone gives.';
comment on column ops.drift_measured.judged is 'False if it is only shown: it must move (tenure_days), it means something else now, or fewer than 100 people were counted.';
comment on column ops.drift_measured.drifted is 'It is judged, and the psi is above its limit.';
comment on column ops.drift_measured.reference_counts is 'People per bin then, those without a value last; for a segment or cluster, inside and outside.';
comment on column ops.drift_measured.current_counts is 'People per bin tonight, in the same bins.';
