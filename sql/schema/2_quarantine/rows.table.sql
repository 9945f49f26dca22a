-- Rows that broke a critical rule or could not be read, as received.
-- grain: staging_version, batch_id, row_no
create table if not exists quarantine.rows (
    staging_version text not null,
    batch_id bigint not null,
    row_no bigint not null,
    source text not null,
    entity text not null,
    file text not null,
    content bytea not null,
    rules text[] not null,
    sentence text not null,
    repaired jsonb constraint repaired_is_an_object check (jsonb_typeof(repaired) = 'object'),
    replayed_in bigint,
    replayed_as bigint,
    primary key (staging_version, batch_id, row_no)
);
create index if not exists rows_of_batch on quarantine.rows (batch_id, row_no);
create index if not exists rows_replayed on quarantine.rows (replayed_in, replayed_as)
where replayed_in is not null;
comment on table quarantine.rows is 'Rows that broke a critical rule or could not be read: content as received, every rule broken.';
comment on column quarantine.rows.staging_version is 'Version of the contracts that judged the row; empty for unreadable rows.';
comment on column quarantine.rows.batch_id is 'The batch it came with.';
comment on column quarantine.rows.row_no is 'Its number among the rows of its file, from 1.';
comment on column quarantine.rows.source is 'The source.';
comment on column quarantine.rows.entity is 'The entity it was meant for.';
comment on column quarantine.rows.file is 'The file.';
comment on column quarantine.rows.content is 'The row as received.';
comment on column quarantine.rows.rules is 'Every rule it broke.';
comment on column quarantine.rows.sentence is 'What is wrong and what was expected.';
comment on column quarantine.rows.repaired is 'The row as it should be, under its source''s own names; nocturne replay lands it.';
comment on column quarantine.rows.replayed_in is 'The batch in which the repaired row was landed.';
comment on column quarantine.rows.replayed_as is 'Its number in that batch.';
