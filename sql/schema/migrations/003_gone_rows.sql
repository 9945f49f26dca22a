-- Landing writes down what a full list or an order sent whole no longer has: deletions in raw.
-- Until now staging ended such lines without a row in raw; here each gets the one it should have.
alter table ops.batches add column if not exists deleted_count bigint not null default 0;
alter table ops.batches add column if not exists note text;

with ended as (
    select distinct s.source, s.row_key, s.batch_to as batch_id, r.order_id, r.line_no
    from staging.order_lines as s
    inner join raw.order_lines as r on s.batch_from = r.batch_id and s.row_no = r.row_no
    where
        s.batch_to > s.batch_from
        and s.batch_to != 9223372036854775807
        and not exists (
            select from raw.order_lines as n
            where n.source = s.source and n.row_key = s.row_key and n.batch_id = s.batch_to
        )
),

written as (
    insert into raw.order_lines (
        batch_id, row_no, source, op, row_key, row_hash, order_id, line_no
    )
    select
        e.batch_id,
        greatest(b.received_count, last_row.row_no)
        + row_number() over (partition by e.batch_id order by e.row_key) as row_no,
        e.source,
        'delete' as op,
        e.row_key,
        cast(md5('gone ' || e.row_key) as uuid) as row_hash,
        e.order_id,
        e.line_no
    from ended as e
    inner join ops.batches as b on e.batch_id = b.batch_id
    inner join lateral (
        select coalesce(max(r.row_no), 0) as row_no
        from raw.order_lines as r
        where r.batch_id = e.batch_id
    ) as last_row on true
    returning batch_id
),

counted as (
    select batch_id, count(*) as row_count
    from written
    group by batch_id
)

update ops.batches as b
set deleted_count = c.row_count
from counted as c
where b.batch_id = c.batch_id;
