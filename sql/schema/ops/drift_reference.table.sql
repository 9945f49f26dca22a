-- How people were spread over each column at a training: what later nights are held against.
-- grain: training_id, table_name, column_name, value
create table if not exists ops.drift_reference (
    training_id bigint not null,
    table_name text not null,
    column_name text not null,
    value text,
    definition text,
    edges double precision[] not null,
    counts bigint[] not null,
    n bigint not null,
    unique nulls not distinct (training_id, table_name, column_name, value)
);
comment on table ops.drift_reference is 'Bins and counts of every feature, score, segment and cluster on the night a training was made from.';
comment on column ops.drift_reference.training_id is 'The training, as in ops.model_versions.';
comment on column ops.drift_reference.table_name is 'customer_features, customer_scores or customer_segments.';
comment on column ops.drift_reference.column_name is 'The column; for customer_segments, segments or cluster_name.';
comment on column ops.drift_reference.value is 'The segment or cluster; null for columns that are numbers.';
comment on column ops.drift_reference.definition is 'What the column then meant, where that can change: a segment''s condition, a score''s or cluster''s model.';
comment on column ops.drift_reference.edges is 'Distinct deciles, ascending; a value lies in the bin of the lowest edge that is not below it.';
comment on column ops.drift_reference.counts is 'People per bin, those without a value last; for a segment or cluster, inside and outside.';
comment on column ops.drift_reference.n is 'People counted: all of them, of a score the scored.';
