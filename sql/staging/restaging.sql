-- How much is staged, but not in today's way, and what staging and checking have taken so far.
-- grain: one row
-- reads: ops.batches, ops.batch_states
with waiting as (
    select b.batch_id, b.stored_count
    from ops.batches as b
    where
        exists (
            select from ops.batch_states as s
            where s.batch_id = b.batch_id and s.staging_version != :staging_version
        )
        and not exists (
            select from ops.batch_states as s
            where
                s.batch_id = b.batch_id
                and s.staging_version = :staging_version
                and s.state in ('staged', 'refused')
        )
),

measured as (
    select
        sum(b.stored_count) as row_count,
        sum(s.checked_seconds + s.staged_seconds) as seconds
    from ops.batch_states as s
    inner join ops.batches as b on s.batch_id = b.batch_id
    where s.checked_seconds + s.staged_seconds > 0
)

select
    (select count(*) from waiting) as batch_count,
    (select coalesce(sum(stored_count), 0) from waiting) as row_count,
    measured.row_count as measured_count,
    measured.seconds as measured_seconds
from measured
