-- How many good rows each batch has of each business day, as checked by one version of the stage.
-- grain: staging_version, batch_id, day
create table if not exists ops.batch_days (
    staging_version text not null,
    batch_id bigint not null,
    day date not null,
    row_count bigint not null,
    primary key (staging_version, batch_id, day)
);
comment on table ops.batch_days is 'Good rows of each batch by business day: what the volume of later batches, and the freshness of a source, are held against.';
comment on column ops.batch_days.staging_version is 'Version of the contracts that judged the rows.';
comment on column ops.batch_days.batch_id is 'The batch.';
comment on column ops.batch_days.day is 'The business day that the rows are dated.';
comment on column ops.batch_days.row_count is 'Its rows that no critical rule rejected.';
