-- Everybody of a night, and whether a destination may have them.
-- grain: person_id
-- reads: customer_segments, consenting
select
    s.person_id,
    (
        cardinality(cast(:segments as text[])) = 0
        or s.segments && cast(:segments as text[])
    ) as is_wanted,
    (not :asks_consent or c.person_id is not null) as may_be_sent
from customer_segments as s
left join consenting as c on s.person_id = c.person_id
where s.night_id = :night_id
