-- Attempts whose rows are to go and whose partitions are still there. First those of which one is
-- half detached: PostgreSQL detaches no other of the same table before that one is.
-- grain: night_id
-- reads: ops.published
with half_detached as (
    select cast(substring(c.relname from '_([0-9]+)$') as bigint) as night_id
    from pg_inherits as i
    inner join pg_class as c on i.inhrelid = c.oid
    where i.inhdetachpending and c.relnamespace = to_regnamespace('features')
)

select p.night_id
from ops.published as p
where
    p.retired_at is not null
    and to_regclass('features.customer_features_' || p.night_id) is not null
order by p.night_id not in (select h.night_id from half_detached as h), p.night_id
