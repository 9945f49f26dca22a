-- The day of a source's newest good row dated up to :as_of, as known at :known_at. Customers and
-- products carry no business day: of them it is the day of the last landing.
-- grain: one row
-- reads: ops.batches, ops.batch_states, ops.batch_days
select max(case when b.entity in ('customers', 'products') then b.landed_on else d.day end)
from ops.batches as b
inner join ops.batch_states as s
    on b.batch_id = s.batch_id and s.staging_version = :staging_version and s.state = 'staged'
left join ops.batch_days as d
    on b.batch_id = d.batch_id and d.staging_version = :staging_version and d.day <= :as_of
where b.source = :source and b.batch_id <= :known_at
