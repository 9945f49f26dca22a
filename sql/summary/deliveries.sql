-- What the destinations have had of a night.
-- grain: destination
-- reads: ops.deliveries
select distinct on (destination) destination, kind, path, row_count, without_consent_count
from ops.deliveries
where night_id = :night_id
order by destination asc, delivered_at desc
