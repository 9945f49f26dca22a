-- A checked batch is staged.
update ops.batch_states
set
    state = 'staged',
    staged_count = :staged_count
where staging_version = :staging_version and batch_id = :batch_id
