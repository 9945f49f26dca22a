-- What a destination was given last.
-- grain: one row
select
    night_id, destination_configuration, path, people_count, not_in_segments_count,
    without_consent_count, row_count
from ops.deliveries
where destination = :destination
order by delivery_id desc
limit 1
