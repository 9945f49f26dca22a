-- What became of the rows of each source, as ops.fates tells per batch, but each place counted by
-- itself: of millions of rows that takes a tenth of the time. Batches not staged yet wait.
-- grain: source, fate
-- reads: ops.batches, ops.batch_states, ops.deletion_fates, quarantine.rows, staging
with judged as (
    select
        b.*,
        coalesce(s.state, 'checked') as state,
        s.deletion_count
    from ops.batches as b
    left join ops.batch_states as s
        on b.batch_id = s.batch_id and s.staging_version = :staging_version
),

with_deletions as (
    select batch_id from judged
    where deletion_count > 0
),

staged as not materialized (
    select staging_version, source, batch_to from staging.customers
    union all
    select staging_version, source, batch_to from staging.events
    union all
    select staging_version, source, batch_to from staging.order_lines
    union all
    select staging_version, source, batch_to from staging.products
),

rejected as (
    select j.source, j.state, q.replayed_in is not null as is_replayed, count(*) as row_count
    from quarantine.rows as q
    inner join judged as j on q.batch_id = j.batch_id
    where q.staging_version in ('', :staging_version) and j.state != 'checked'
    group by j.source, j.state, is_replayed
),

left_out as (
    select
        j.source,
        count(*) as row_count,
        count(*) filter (where l.left_out_in > l.batch_id) as ended_count
    from staging.left_out as l
    inner join judged as j on l.batch_id = j.batch_id
    where l.staging_version = :staging_version
    group by j.source
),

found as (
    select
        source,
        case when batch_to = 9223372036854775807 then 'current' else 'superseded' end as fate,
        count(*) as row_count
    from staged
    where staging_version = :staging_version
    group by source, fate
    union all
    select source, 'left out' as fate, row_count from left_out
    union all
    select source, 'superseded' as fate, -ended_count as row_count from left_out
    union all
    select j.source, d.fate, count(*) as row_count
    from ops.deletion_fates as d
    inner join judged as j on d.batch_id = j.batch_id
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
    where
        d.staging_version = :staging_version
        and d.batch_id = any(array(select batch_id from with_deletions))
        and q.row_no is null
        and l.row_no is null
    group by j.source, d.fate
    union all
    select source, case when is_replayed then 'replayed' else 'quarantined' end as fate, row_count
    from rejected
    where is_replayed or state = 'staged'
    union all
    select source, 'refused' as fate, -row_count as row_count from rejected
    where is_replayed and state = 'refused'
    union all
    select source, 'refused' as fate, sum(received_count) as row_count from judged
    where state = 'refused'
    group by source
    union all
    select source, 'duplicate' as fate, sum(duplicate_count) as row_count from judged
    where state = 'staged'
    group by source
    union all
    select source, 'left out' as fate, sum(left_out_count) as row_count from judged
    where state = 'staged'
    group by source
    union all
    select source, 'waiting' as fate, sum(received_count) as row_count from judged
    where state = 'checked'
    group by source
)

select source, fate, cast(sum(row_count) as bigint) as row_count
from found
group by source, fate
having sum(row_count) != 0
