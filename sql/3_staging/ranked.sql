-- The good rows of a batch; of several versions of a key the last received stands.
-- grain: row_no
-- reads: good
with ranked as (
    select
        g.*,
        row_number() over (partition by g.row_key order by g.row_no desc) = 1 as closes
    from good as g
)

select
    r.*,
    case
        when r.closes and r.op = 'upsert' then cast(:forever as bigint) else r.batch_id
    end as batch_to
from ranked as r
