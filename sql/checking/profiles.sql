-- The empty cells of the last eight batches of a source with at least so many rows that were let
-- in, oldest first.
-- grain: batch_id, column_name
-- reads: ops.batch_profiles, ops.batches, ops.batch_states
with recent as (
    select b.batch_id
    from ops.batches as b
    where
        b.source = :source
        and b.batch_id < :first_batch
        and b.replay_of is null
        and exists (
            select from ops.batch_profiles as p
            where p.batch_id = b.batch_id and p.row_count >= :least_rows
        )
        and exists (
            select from ops.batch_states as s
            where s.batch_id = b.batch_id and s.state != 'refused'
        )
    order by b.batch_id desc
    limit 8
)

select p.column_name, p.row_count, p.null_count
from ops.batch_profiles as p
inner join recent as r on p.batch_id = r.batch_id
order by p.batch_id
