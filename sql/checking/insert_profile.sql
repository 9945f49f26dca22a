-- Keep how many cells of a column a batch left empty.
insert into ops.batch_profiles (batch_id, column_name, row_count, null_count)
values (:batch_id, :column_name, :row_count, :null_count)
on conflict (batch_id, column_name) do nothing
