-- The rows of a batch that never stand: the last received of a key does, unless one known has a
-- later updated_at: then it is superseded at once.
-- grain: row_no
-- reads: accepted_typed, standing
with undated as (
    select
        g.row_no,
        g.source,
        g.row_key,
        g.updated_at,
        max(case when g.updated_at is null then g.row_no end) over (partition by g.row_key)
            as undated_no
    from accepted_typed as g
),

-- a row without updated_at stands whatever came before it, as if it came in a file of its own
placed as (
    select
        u.*,
        row_number() over (
            partition by u.row_key
            order by
                case when u.row_no < u.undated_no then 1 else 0 end,
                u.updated_at desc nulls last,
                u.row_no desc
        ) as place
    from undated as u
)

select p.row_no
from placed as p
left join standing as c
    on
        p.source = c.source
        and p.row_key = c.row_key
        and c.batch_to = cast(:forever as bigint)
where
    p.place > 1
    or (p.undated_no is null and coalesce(p.updated_at < c.updated_at, false))
