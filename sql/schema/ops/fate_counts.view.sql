-- What became of every row received, under each version of the stage.
-- grain: staging_version, batch_id, fate
-- reads: raw, staging, quarantine.rows, ops.batches, ops.batch_states, ops.deletion_fates
-- Each stored row is looked up where it may lie; one in no place, or in two, is told as that.
create or replace view ops.fate_counts as
with received as not materialized (
    select batch_id, row_no, op, row_key, row_hash from raw.customers
    union all
    select batch_id, row_no, op, row_key, row_hash from raw.events
    union all
    select batch_id, row_no, op, row_key, row_hash from raw.order_lines
    union all
    select batch_id, row_no, op, row_key, row_hash from raw.products
),

staged as not materialized (
    select staging_version, batch_from, row_no, batch_to from staging.customers
    union all
    select staging_version, batch_from, row_no, batch_to from staging.events
    union all
    select staging_version, batch_from, row_no, batch_to from staging.order_lines
    union all
    select staging_version, batch_from, row_no, batch_to from staging.products
),

stored as (
    select
        s.staging_version,
        s.batch_id,
        case
            when v.row_no is not null and q.row_no is not null then 'in two places'
            when v.batch_to = 9223372036854775807 and l.row_no is not null then 'in two places'
            when q.replayed_in is not null then 'replayed'
            when s.state = 'refused' then 'refused'
            when q.row_no is not null then 'quarantined'
            when l.row_no is not null then 'left out'
            when v.batch_to = 9223372036854775807 then 'current'
            when v.row_no is not null then 'superseded'
            when r.op = 'delete' then 'a deletion'
            else 'in no place'
        end as fate,
        count(*) as row_count
    from ops.batch_states as s
    inner join received as r on s.batch_id = r.batch_id
    left join staged as v
        on
            s.staging_version = v.staging_version
            and r.batch_id = v.batch_from
            and r.row_no = v.row_no
    left join quarantine.rows as q
        on
            s.staging_version = q.staging_version
            and r.batch_id = q.batch_id
            and r.row_no = q.row_no
    left join staging.left_out as l
        on
            s.staging_version = l.staging_version
            and r.batch_id = l.batch_id
            and r.row_no = l.row_no
    where
        s.state in ('staged', 'refused')
        and (r.op = 'upsert' or r.row_hash != cast(md5('gone ' || r.row_key) as uuid))
    group by s.staging_version, s.batch_id, fate
),

deletions as (
    select d.staging_version, d.batch_id, d.fate, count(*) as row_count
    from ops.deletion_fates as d
    left join quarantine.rows as q
        on
            d.staging_version = q.staging_version
            and d.batch_id = q.batch_id
            and d.row_no = q.row_no
    left join staging.left_out as l
        on
            d.staging_version = l.staging_version
            and d.batch_id = l.batch_id
            and d.row_no = l.row_no
    where q.row_no is null and l.row_no is null
    group by d.staging_version, d.batch_id, d.fate
),

not_stored as (
    select s.staging_version, b.batch_id, s.state, c.fate, c.row_count
    from ops.batch_states as s
    inner join ops.batches as b on s.batch_id = b.batch_id
    cross join
        unnest(array['duplicate', 'left out'], array[b.duplicate_count, b.left_out_count])
            as c (fate, row_count)
    where c.row_count > 0
    union all
    select
        s.staging_version, q.batch_id, s.state,
        case when q.replayed_in is null then 'quarantined' else 'replayed' end as fate,
        1 as row_count
    from ops.batch_states as s
    inner join quarantine.rows as q on s.batch_id = q.batch_id and q.staging_version = ''
)

select staging_version, batch_id, fate, cast(sum(row_count) as bigint) as row_count
from (
    select staging_version, batch_id, fate, row_count from stored
    where fate != 'a deletion'
    union all
    select staging_version, batch_id, fate, row_count from deletions
    union all
    select
        staging_version, batch_id,
        case when state = 'refused' and fate != 'replayed' then 'refused' else fate end as fate,
        row_count
    from not_stored
    where state in ('staged', 'refused')
) as found
group by staging_version, batch_id, fate;
