-- How many rows of a batch that is being staged lie where, deletions apart, each place counted by
-- itself: a row that lies nowhere is missing in the sum, one that lies in two places is told.
-- grain: fate
-- reads: staged, quarantine.rows, staging.left_out, ops.batches
with aside as (
    select 'quarantined' as fate, row_no from quarantine.rows
    where staging_version = :staging_version and batch_id = :batch_id
    union all
    select 'left out' as fate, row_no from staging.left_out
    where staging_version = :staging_version and batch_id = :batch_id
),

found as (
    select 'current' as fate, count(*) as row_count
    from staged as v
    where v.batch_from = :batch_id and v.batch_to = 9223372036854775807
    union all
    select 'superseded' as fate, count(*) as row_count
    from staged as v
    where v.batch_from = :batch_id and v.batch_to < 9223372036854775807
    union all
    select fate, 1 as row_count from aside
    union all
    select 'in two places' as fate, count(*) as row_count
    from staged as v
    inner join aside as a on v.row_no = a.row_no
    where v.batch_from = :batch_id
    union all
    select
        case when replayed_in is null then 'quarantined' else 'replayed' end as fate,
        1 as row_count
    from quarantine.rows
    where staging_version = '' and batch_id = :batch_id
    union all
    select c.fate, c.row_count
    from ops.batches as b
    cross join
        unnest(array['duplicate', 'left out'], array[b.duplicate_count, b.left_out_count])
            as c (fate, row_count)
    where b.batch_id = :batch_id
)

select fate, cast(sum(row_count) as bigint) as row_count
from found
group by fate
having sum(row_count) > 0
