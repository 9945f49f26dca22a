-- What became of the rows of a staged batch adds up.
update ops.batch_states
set
    superseded_count = :superseded_count,
    deletion_count = :deletion_count,
    staged_seconds = :staged_seconds
where staging_version = :staging_version and batch_id = :batch_id
