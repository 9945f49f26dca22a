-- Who would leave and enter each segment, if the second attempt stood instead of the first.
-- grain: segment
-- reads: segments_before, segments_after
with before as (
    select
        person_id,
        unnest(segments) as segment
    from segments_before
),

after as (
    select
        person_id,
        unnest(segments) as segment
    from segments_after
)

select
    coalesce(before.segment, after.segment) as segment,
    count(*) filter (where after.person_id is null) as "left",
    count(*) filter (where before.person_id is null) as entered
from before
full join after
    on before.person_id = after.person_id and before.segment = after.segment
where before.person_id is null or after.person_id is null
group by coalesce(before.segment, after.segment)
order by segment
