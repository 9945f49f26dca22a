-- How many of the night's people each of some segments holds.
-- grain: segment
-- reads: segment_rules, customer_features
select
    s.segment,
    count(r.person_id) as people,
    (select count(*) from customer_features) as everybody
from unnest(cast(:segments as text[])) with ordinality as s (segment, place)
left join segment_rules as r on s.segment = any(r.segments)
group by s.segment, s.place
order by s.place
