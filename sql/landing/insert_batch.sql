-- Record a landing.
insert into ops.batches (
    batch_id, source, entity, customer_space, file, file_hash, byte_count, columns, mapping,
    landed_at, landed_on, received_count, stored_count, duplicate_count, unreadable_count,
    fault, deleted_count, note, watermark, stamp, left_out_count, is_accepted, replay_of
)
values (
    :batch_id, :source, :entity, :customer_space, :file, :file_hash, :byte_count,
    cast(:columns as text[]), cast(:mapping as jsonb), :landed_at, :landed_on,
    :received_count, :stored_count, :duplicate_count, :unreadable_count,
    :fault, :deleted_count, :note, :watermark, :stamp, :left_out_count, :is_accepted, :replay_of
)
