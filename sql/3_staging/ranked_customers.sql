-- The good rows of a batch; the last received of a key stands, unless one known has a later
-- updated_at: then it is superseded at once.
-- grain: row_no
-- reads: good, staging.customers
with ranked as (
    select
        g.*,
        row_number() over (
            partition by g.row_key order by g.updated_at desc nulls last, g.row_no desc
        ) as place
    from good as g
),

judged as (
    select
        r.*,
        r.place = 1 and coalesce(r.updated_at >= c.updated_at, true) as closes
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
