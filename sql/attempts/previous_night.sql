-- The newest published night before :as_of that this build could copy from.
select n.night_id
from ops.published as p
inner join ops.nights as n on p.night_id = n.night_id
where
    p.replaced_at is null
    and p.retired_at is null
    and p.as_of < :as_of
    and n.known_at <= :known_at
    and n.build_code = :build_code
    and n.build_configuration = :build_configuration
    and n.staging_version = :staging_version
    and to_regclass('features.members_' || n.night_id) is not null
    and to_regclass('features.customer_features_' || n.night_id) is not null
order by p.as_of desc
limit 1
