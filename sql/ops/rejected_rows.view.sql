-- Which rows lie in quarantine and why, by the contracts in force; no content.
-- grain: batch_id, row_no, rule
-- reads: quarantine.rows, ops.nights, ops.contract_results
create or replace view ops.rejected_rows as
with in_force as (
    select
        coalesce(
            (
                select n.staging_version
                from ops.nights as n
                where n.purpose = 'night'
                order by n.night_id desc
                limit 1
            ),
            (
                select c.staging_version
                from ops.contract_results as c
                order by c.checked_at desc
                limit 1
            )
        ) as staging_version
)

select
    broken.rule,
    q.source,
    q.entity,
    q.file,
    q.row_no,
    q.batch_id
from quarantine.rows as q
cross join unnest(q.rules) as broken (rule)
where q.staging_version in ('', (select staging_version from in_force));

comment on view ops.rejected_rows is 'Rows in quarantine under the contracts in force, one line per rule broken; their content is not shown.';
comment on column ops.rejected_rows.rule is 'A rule the row broke.';
comment on column ops.rejected_rows.source is 'The source it came from.';
comment on column ops.rejected_rows.entity is 'The entity it was meant for.';
comment on column ops.rejected_rows.file is 'The file it came in.';
comment on column ops.rejected_rows.row_no is 'Its number among the rows of its file, from 1.';
comment on column ops.rejected_rows.batch_id is 'The landing it came with.';
