-- Where a source goes on: the watermark of its newest batch that was not refused.
-- grain: one row
-- reads: ops.batches, ops.batch_states
select b.watermark
from ops.batches as b
where
    b.source = :source
    and b.watermark is not null
    and (
        not exists (
            select from ops.batch_states as s
            where s.batch_id = b.batch_id and s.state = 'refused'
        )
        or exists (
            select from ops.batch_states as s
            where s.batch_id = b.batch_id and s.state != 'refused'
        )
    )
order by b.batch_id desc
limit 1
