-- Keep how many good rows a batch has of a day.
insert into ops.batch_days (staging_version, batch_id, day, row_count)
values (:staging_version, :batch_id, :day, :row_count)
on conflict (staging_version, batch_id, day) do nothing
