-- The deletions that rows brought: current while nothing of their key stands, or came, good, after.
-- grain: staging_version, batch_id, row_no
-- reads: raw, staging, quarantine.rows, ops.batch_states
create or replace view ops.deletion_fates as
with received as not materialized (
    select batch_id, row_no, source, op, row_key, row_hash from raw.customers
    union all
    select batch_id, row_no, source, op, row_key, row_hash from raw.events
    union all
    select batch_id, row_no, source, op, row_key, row_hash from raw.order_lines
    union all
    select batch_id, row_no, source, op, row_key, row_hash from raw.products
),

standing as not materialized (
    select staging_version, source, row_key, batch_to from staging.customers
    union all
    select staging_version, source, row_key, batch_to from staging.events
    union all
    select staging_version, source, row_key, batch_to from staging.order_lines
    union all
    select staging_version, source, row_key, batch_to from staging.products
)

select
    s.staging_version,
    r.batch_id,
    r.row_no,
    case
        when
            exists (
                select from standing as o
                where
                    o.staging_version = s.staging_version
                    and o.source = r.source
                    and o.row_key = r.row_key
                    and o.batch_to = 9223372036854775807
            )
            or exists (
                select from received as o
                inner join ops.batch_states as t on o.batch_id = t.batch_id
                left join quarantine.rows as q
                    on
                        t.staging_version = q.staging_version
                        and o.batch_id = q.batch_id
                        and o.row_no = q.row_no
                where
                    o.source = r.source
                    and o.row_key = r.row_key
                    and (o.batch_id, o.row_no) > (r.batch_id, r.row_no)
                    and t.staging_version = s.staging_version
                    and t.state = 'staged'
                    and q.row_no is null
            )
            then 'superseded'
        else 'current'
    end as fate
from ops.batch_states as s
inner join received as r on s.batch_id = r.batch_id
-- no row brought what a full list, or an order sent whole, no longer had
where
    s.state = 'staged'
    and r.op = 'delete'
    and r.row_hash != cast(md5('gone ' || r.row_key) as uuid);

comment on view ops.deletion_fates is 'Deletions that rows brought, under each version of the stage, whether they were good or not.';
comment on column ops.deletion_fates.staging_version is 'Version of contracts, mappings and stage code.';
comment on column ops.deletion_fates.batch_id is 'The landing.';
comment on column ops.deletion_fates.row_no is 'Its number among the rows of its file, from 1.';
comment on column ops.deletion_fates.fate is 'current while nothing of its key stands or came, good, after it; else superseded.';
