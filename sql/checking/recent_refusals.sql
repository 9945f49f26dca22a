-- The last eight batches of a source with at least so many rows that were let in, oldest first.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states
with recent as (
    select b.batch_id, b.received_count - b.left_out_count as row_count, b.duplicate_count
    from ops.batches as b
    where
        b.source = :source
        and b.batch_id < :first_batch
        and b.replay_of is null
        and b.received_count - b.left_out_count >= :least_rows
        and exists (
            select from ops.batch_states as s
            where s.batch_id = b.batch_id and s.state != 'refused'
        )
    order by b.batch_id desc
    limit 8
)

select * from recent
order by batch_id
