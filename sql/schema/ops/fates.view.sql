-- What became of every row received, by the contracts in force.
-- grain: batch_id, fate
-- reads: ops.fate_counts
create or replace view ops.fates as
select
    batch_id,
    fate,
    row_count
from ops.fate_counts
where staging_version = ops.staging_version_in_force();

comment on view ops.fates is 'What became of the rows of each landing, by the contracts in force: over its fates they add up to received_count of ops.batches.';
comment on column ops.fates.batch_id is 'The landing.';
comment on column ops.fates.fate is 'current, superseded, duplicate, quarantined, replayed, refused or left out: each row has exactly one.';
comment on column ops.fates.row_count is 'Rows.';

comment on view ops.fate_counts is 'The same as ops.fates under each version of contracts, mappings and stage code.';
comment on column ops.fate_counts.staging_version is 'Version of contracts, mappings and stage code.';
comment on column ops.fate_counts.batch_id is 'The landing.';
comment on column ops.fate_counts.fate is 'As in ops.fates.';
comment on column ops.fate_counts.row_count is 'Rows.';
