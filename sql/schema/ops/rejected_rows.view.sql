-- Which rows lie in quarantine and why, by the contracts in force; no content.
-- grain: batch_id, row_no, rule
-- reads: quarantine.rows, ops.batches
create or replace view ops.rejected_rows as
select
    broken.rule,
    q.source,
    q.entity,
    q.file,
    q.row_no,
    q.batch_id,
    b.landed_at,
    q.repaired is not null as is_repaired,
    q.replayed_in
from quarantine.rows as q
inner join ops.batches as b on q.batch_id = b.batch_id
cross join unnest(q.rules) as broken (rule)
where q.staging_version in ('', ops.staging_version_in_force());

comment on view ops.rejected_rows is 'Rows in quarantine under the contracts in force, one line per rule broken; their content is not shown.';
comment on column ops.rejected_rows.rule is 'A rule the row broke.';
comment on column ops.rejected_rows.source is 'The source it came from.';
comment on column ops.rejected_rows.entity is 'The entity it was meant for.';
comment on column ops.rejected_rows.file is 'The file it came in.';
comment on column ops.rejected_rows.row_no is 'Its number among the rows of its file, from 1.';
comment on column ops.rejected_rows.batch_id is 'The landing it came with.';
comment on column ops.rejected_rows.landed_at is 'When that was.';
comment on column ops.rejected_rows.is_repaired is 'Whether somebody has repaired it.';
comment on column ops.rejected_rows.replayed_in is 'The landing that took the repaired row in; null while it waits.';
