-- Write down which rows of a batch are left out.
-- grain: row_no
-- reads: left_out_now
insert into staging.left_out (staging_version, batch_id, row_no, left_out_in)
select
    :staging_version,
    cast(:batch_id as bigint) as batch_id,
    l.row_no,
    cast(:batch_id as bigint) as left_out_in
from left_out_now as l
