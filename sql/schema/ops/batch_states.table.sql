-- How far each batch has come under one version of the stage.
-- grain: staging_version, batch_id
create table if not exists ops.batch_states (
    staging_version text not null,
    batch_id bigint not null,
    state text not null check (state in ('checked', 'refused', 'staged')),
    reason text,
    quarantined_count bigint not null default 0,
    staged_count bigint,
    superseded_count bigint,
    checked_seconds double precision,
    staged_seconds double precision,
    lands_again boolean not null default false,
    deletion_count bigint,
    primary key (staging_version, batch_id)
);
comment on table ops.batch_states is 'Checked, refused or staged: how far each batch has come, per version of contracts, mappings and stage code.';
comment on column ops.batch_states.staging_version is 'Hash of stage code, contracts, mappings and time zones.';
comment on column ops.batch_states.batch_id is 'The batch.';
comment on column ops.batch_states.state is 'checked, refused (never staged) or staged.';
comment on column ops.batch_states.reason is 'Why a batch was refused.';
comment on column ops.batch_states.quarantined_count is 'Rows that broke a critical rule.';
comment on column ops.batch_states.staged_count is 'Versions staged.';
comment on column ops.batch_states.superseded_count is 'Rows that were never current: replaced within the batch, or older than what is known.';
comment on column ops.batch_states.checked_seconds is 'How long checking took; batches checked together share it by their rows.';
comment on column ops.batch_states.staged_seconds is 'How long staging took.';
comment on column ops.batch_states.lands_again is 'Refused because its rows were held against those of a refused batch: what it brought is landed anew, as a new batch.';
comment on column ops.batch_states.deletion_count is 'Rows that were good deletions.';
