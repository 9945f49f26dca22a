-- What a destination was given last, and the night it was made from.
-- grain: one row
select
    d.night_id, d.as_of, d.known_at, d.consent_known_at, d.destination_configuration,
    n.staging_version, n.build_configuration
from ops.deliveries as d
inner join ops.nights as n on d.night_id = n.night_id
where d.destination = :destination
order by d.delivery_id desc
limit 1
