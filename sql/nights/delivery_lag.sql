-- The last delivery to each destination, and whether it is of the newest published night.
-- grain: destination
-- reads: ops.deliveries, ops.published
with newest as (
    select night_id
    from ops.published
    where replaced_at is null
    order by as_of desc
    limit 1
)

select distinct on (d.destination)
    d.destination,
    d.as_of,
    d.row_count,
    d.night_id = newest.night_id as is_newest
from ops.deliveries as d
cross join newest
order by d.destination asc, d.delivered_at desc
