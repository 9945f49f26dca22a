-- How many cells of each mapped column each batch left empty.
-- grain: batch_id, column_name
create table if not exists ops.batch_profiles (
    batch_id bigint not null,
    column_name text not null,
    row_count bigint not null,
    null_count bigint not null,
    primary key (batch_id, column_name)
);
comment on table ops.batch_profiles is 'Empty cells of each mapped column in the rows stored of a batch: what later batches of its source are held against.';
comment on column ops.batch_profiles.batch_id is 'The batch.';
comment on column ops.batch_profiles.column_name is 'Our column.';
comment on column ops.batch_profiles.row_count is 'Rows of the batch stored in raw, deletions apart.';
comment on column ops.batch_profiles.null_count is 'Those that left the column empty.';
