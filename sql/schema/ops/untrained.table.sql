-- Why a training made no model of a kind.
-- grain: kind, trained_as_of, known_at
create table if not exists ops.untrained (
    kind text not null check (kind in ('churn', 'segmenter')),
    trained_as_of date not null,
    known_at bigint not null,
    sentence text not null,
    tried_at timestamptz not null,
    primary key (kind, trained_as_of, known_at)
);
comment on table ops.untrained is 'What trainings could not make, and why: nights without such a model show it.';
comment on column ops.untrained.kind is 'churn or segmenter.';
comment on column ops.untrained.trained_as_of is 'Day up to which the training knew.';
comment on column ops.untrained.known_at is 'Landing number up to which the training knew.';
comment on column ops.untrained.sentence is 'What was lacking.';
comment on column ops.untrained.tried_at is 'When it was tried last.';
