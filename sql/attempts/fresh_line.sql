-- The day of the newest order line dated up to :as_of, as known at :known_at.
select max(ordered_on) as newest_on
from staging.order_lines
where
    staging_version = :staging_version
    and batch_from <= :known_at and batch_to > :known_at
    and ordered_on <= :as_of
