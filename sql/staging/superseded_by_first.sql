-- The rows of a batch that never stand where the first received of a key does: all but the first
-- after a deletion of the key, or of a key that stands nowhere yet.
-- grain: row_no
-- reads: accepted_raw, standing
with placed as (
    select
        row_no,
        source,
        row_key,
        op,
        max(case when op = 'delete' then row_no end) over (partition by row_key) as deleted_no
    from accepted_raw
),

ranked as (
    select
        p.*,
        row_number() over (
            partition by p.row_key
            order by
                case
                    when p.op = 'upsert' and p.row_no > coalesce(p.deleted_no, 0) then 0
                    when p.row_no = p.deleted_no then 1
                    else 2
                end,
                p.row_no
        ) as place
    from placed as p
)

select r.row_no
from ranked as r
left join standing as s
    on
        r.source = s.source
        and r.row_key = s.row_key
        and s.batch_to = cast(:forever as bigint)
where r.place > 1 or (r.deleted_no is null and s.row_key is not null)
