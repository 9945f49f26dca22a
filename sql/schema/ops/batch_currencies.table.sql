-- In which currencies the lines of each batch that was let in are.
-- grain: batch_id, currency
create table if not exists ops.batch_currencies (
    batch_id bigint not null,
    currency text not null,
    row_count bigint not null,
    primary key (batch_id, currency)
);
comment on table ops.batch_currencies is 'Lines by currency of each batch let in while settings.yml names no currency.';
comment on column ops.batch_currencies.batch_id is 'The batch.';
comment on column ops.batch_currencies.row_count is 'Its lines in that currency.';
comment on column ops.batch_currencies.currency is 'The code in capitals.';
