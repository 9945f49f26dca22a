-- The good rows of a batch; the last received of a key stands, unless one known has a later
-- updated_at: then it is superseded at once.
-- grain: row_no
-- reads: good, staging.customers
with undated as (
    select
        g.*,
        max(case when g.updated_at is null then g.row_no end) over (partition by g.row_key)
            as undated_no
    from good as g
),

-- a row without updated_at stands whatever came before it, as if it came in a file of its own
ranked as (
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
),

judged as (
    select
        r.*,
        r.place = 1
        and (r.undated_no is not null or coalesce(r.updated_at >= c.updated_at, true)) as closes
    from ranked as r
    left join staging.customers as c
        on
            c.staging_version = :staging_version
            and r.source = c.source
            and r.row_key = c.row_key
            and c.batch_to = cast(:forever as bigint)
)

select
    j.*,
    case
        when j.closes and j.op = 'upsert' then cast(:forever as bigint) else j.batch_id
    end as batch_to
from judged as j
