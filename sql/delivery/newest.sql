-- The newest published night: the only one that is delivered.
-- grain: one row
select n.night_id, n.as_of, n.known_at, n.staging_version, n.build_configuration
from ops.published as p
inner join ops.nights as n on p.night_id = n.night_id
where p.replaced_at is null
order by p.as_of desc
limit 1
