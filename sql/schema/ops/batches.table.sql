-- Every landing of one source: the clock of the warehouse.
-- grain: batch_id
create table if not exists ops.batches (
    batch_id bigint primary key,
    source text not null,
    entity text not null,
    customer_space text not null,
    file text not null,
    file_hash text not null,
    byte_count bigint not null,
    columns text[] not null,
    mapping jsonb not null,
    landed_at timestamptz not null,
    landed_on date not null,
    received_count bigint not null,
    stored_count bigint not null,
    duplicate_count bigint not null,
    unreadable_count bigint not null,
    fault text,
    deleted_count bigint not null default 0,
    note text,
    watermark text,
    stamp text,
    left_out_count bigint not null default 0,
    is_accepted boolean not null default false,
    replay_of text
);
create index if not exists batches_by_file on ops.batches (source, file_hash);
comment on table ops.batches is 'One landing of one source; batch_id is the landing number that known_at speaks of.';
comment on column ops.batches.batch_id is 'Landing number, without gaps, in the order of receipt.';
comment on column ops.batches.source is 'The source''s name in sources.yml.';
comment on column ops.batches.entity is 'customers, events, order_lines or products.';
comment on column ops.batches.customer_space is 'Whose customer_ref the source uses.';
comment on column ops.batches.file is 'Where the rows came from.';
comment on column ops.batches.file_hash is 'sha256 of the bytes received; the same bytes are not landed twice.';
comment on column ops.batches.byte_count is 'Bytes received.';
comment on column ops.batches.columns is 'Columns found in the file, in their order.';
comment on column ops.batches.mapping is 'Our column: theirs, as sources.yml said when this landed.';
comment on column ops.batches.landed_at is 'Wall-clock instant of the landing.';
comment on column ops.batches.landed_on is 'Business day of the landing: what "in the future" is measured against.';
comment on column ops.batches.received_count is 'Rows received.';
comment on column ops.batches.stored_count is 'Rows stored in raw: their content was new.';
comment on column ops.batches.duplicate_count is 'Rows whose content equals the last received version of their key.';
comment on column ops.batches.unreadable_count is 'Rows that could not be read at all; they lie in quarantine.';
comment on column ops.batches.fault is 'Why nothing of the file was taken in; null where it was. Such a landing is refused.';
comment on column ops.batches.deleted_count is 'Deletions that no row brought: what a full list, or an order sent whole, no longer had. Beside the rows received, not among them.';
comment on column ops.batches.note is 'Why a full list deleted nobody although it lacked some; null otherwise.';
comment on column ops.batches.watermark is 'From where the source goes on: the greatest cursor value it has sent; null for files.';
comment on column ops.batches.stamp is 'What a remote file looked like from outside: it is not fetched again while it looks the same.';
comment on column ops.batches.left_out_count is 'Rows that the source''s `where` leaves out, or that have none of the elements asked for.';
comment on column ops.batches.is_accepted is 'Whether somebody let in a batch that had been refused.';
comment on column ops.batches.replay_of is 'Which rows came again: of quarantine, or of a refused batch; null for what a source sent.';
