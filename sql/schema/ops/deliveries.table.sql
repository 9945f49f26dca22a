-- Every export that reached its destination.
-- grain: delivery_id
create table if not exists ops.deliveries (
    delivery_id bigint generated always as identity primary key,
    destination text not null,
    kind text not null,
    night_id bigint not null,
    as_of date not null,
    known_at bigint not null,
    consent_known_at bigint,
    destination_configuration text not null,
    build_configuration text not null,
    path text not null,
    people_count bigint not null,
    not_in_segments_count bigint not null,
    without_consent_count bigint not null,
    row_count bigint not null,
    byte_count bigint not null,
    sha256 text not null,
    delivered_at timestamptz not null
);
create index if not exists deliveries_by_night on ops.deliveries (night_id, destination);
comment on table ops.deliveries is 'Every export delivered: which night, where to, how many people, and the checksum.';
comment on column ops.deliveries.delivery_id is 'Number of the delivery.';
comment on column ops.deliveries.destination is 'The destination''s name in destinations.yml.';
comment on column ops.deliveries.kind is 'csv, jsonl or parquet.';
comment on column ops.deliveries.night_id is 'The published attempt that was delivered.';
comment on column ops.deliveries.as_of is 'Its business day, inclusive.';
comment on column ops.deliveries.known_at is 'Highest landing number the night counts.';
comment on column ops.deliveries.consent_known_at is 'Highest landing number that consent was asked at; null where none is asked.';
comment on column ops.deliveries.destination_configuration is 'Hash of the destination''s entry: kind, path, columns, consent, segments.';
comment on column ops.deliveries.build_configuration is 'Hash in ops.configurations of the settings that built the night.';
comment on column ops.deliveries.path is 'The folder that holds the data file and its manifest.';
comment on column ops.deliveries.people_count is 'People of the night: the three counts that follow add up to it.';
comment on column ops.deliveries.not_in_segments_count is 'People in none of the segments the destination asks for.';
comment on column ops.deliveries.without_consent_count is 'People in them who do not consent.';
comment on column ops.deliveries.row_count is 'People delivered.';
comment on column ops.deliveries.byte_count is 'Bytes of the data file.';
comment on column ops.deliveries.sha256 is 'sha256 of the data file.';
comment on column ops.deliveries.delivered_at is 'When it was written down as delivered.';
