-- Write how people moved between primary segments from the night :before_id to :night_id.
-- reads: features.customer_segments
insert into ops.segment_movements (as_of, from_segment, to_segment, people_count)
with tonight as (
    select person_id, primary_segment
    from features.customer_segments
    where night_id = :night_id
),

before as (
    select person_id, primary_segment
    from features.customer_segments
    where night_id = :before_id
)

select
    cast(:as_of as date) as as_of,
    coalesce(b.primary_segment, '(new)') as from_segment,
    coalesce(t.primary_segment, '(gone)') as to_segment,
    count(*) as people_count
from tonight as t
full outer join before as b on t.person_id = b.person_id
group by b.primary_segment, t.primary_segment
