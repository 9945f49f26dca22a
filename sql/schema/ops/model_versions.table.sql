-- Every model ever fitted that could serve.
-- grain: training_id, model_id
create table if not exists ops.model_versions (
    training_id bigint not null,
    model_id text not null,
    kind text not null check (kind in ('churn', 'segmenter')),
    name text not null,
    trained_as_of date not null,
    known_at bigint not null,
    features text[] not null,
    metrics jsonb not null,
    verdict text not null,
    champion_since timestamptz,
    primary key (training_id, model_id)
);
comment on table ops.model_versions is 'Models fitted by each training; champion_since tells which serve.';
comment on column ops.model_versions.training_id is 'Number of the training, in order.';
comment on column ops.model_versions.model_id is 'First 12 hex digits of the sha256 of canonical bytes and feature list.';
comment on column ops.model_versions.kind is 'churn or segmenter.';
comment on column ops.model_versions.name is 'What kind of estimator it is.';
comment on column ops.model_versions.trained_as_of is 'Day up to which training knew.';
comment on column ops.model_versions.known_at is 'Landing number up to which training knew.';
comment on column ops.model_versions.features is 'Columns it reads, in order.';
comment on column ops.model_versions.metrics is 'Out-of-time figures.';
comment on column ops.model_versions.verdict is 'Why it serves, or why not.';
comment on column ops.model_versions.champion_since is 'When it was promoted; null if it never served.';
