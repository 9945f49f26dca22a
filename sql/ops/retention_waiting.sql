-- Attempts whose rows are to go and whose partitions are still there.
-- grain: night_id
-- reads: ops.published
select p.night_id
from ops.published as p
where
    p.retired_at is not null
    and to_regclass('features.customer_features_' || p.night_id) is not null
order by p.night_id
