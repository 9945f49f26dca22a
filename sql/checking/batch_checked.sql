-- A batch is judged.
insert into ops.batch_states (
    staging_version, batch_id, state, reason, quarantined_count, checked_seconds, lands_again
)
values (
    :staging_version, :batch_id, :state, :reason, :quarantined_count, :checked_seconds,
    :lands_again
)
on conflict (staging_version, batch_id) do nothing
