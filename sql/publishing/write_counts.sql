-- Write how large each segment asked on the night :night_id is; one that nobody is in has 0.
-- reads: features.customer_segments, features.customer_features, features.customer_scores
insert into ops.segment_counts (
    as_of, segment, people_count, entered_count, left_count, spend_amount, churn_probability
)
with people as (
    select
        g.segment,
        f.spend_amount,
        cast(c.churn_probability as numeric(18, 6)) as churn_probability
    from features.customer_segments as s
    cross join lateral unnest(s.segments) as g (segment)
    inner join features.customer_features as f
        on s.person_id = f.person_id and f.night_id = :night_id
    left join features.customer_scores as c
        on s.person_id = c.person_id and c.night_id = :night_id
    where s.night_id = :night_id
),

sizes as (
    select
        segment,
        count(*) as people_count,
        sum(spend_amount) as spend_amount,
        cast(sum(churn_probability) as double precision)
        / nullif(count(churn_probability), 0) as churn_probability
    from people
    group by segment
),

changes as (
    select
        segment,
        count(*) filter (where change = 'entered') as entered_count,
        count(*) filter (where change = 'left') as left_count
    from ops.segment_ledger
    where as_of = :as_of
    group by segment
)

select
    cast(:as_of as date) as as_of,
    a.segment,
    coalesce(s.people_count, 0) as people_count,
    case when :has_before then coalesce(c.entered_count, 0) end as entered_count,
    case when :has_before then coalesce(c.left_count, 0) end as left_count,
    coalesce(s.spend_amount, 0) as spend_amount,
    s.churn_probability
from unnest(cast(:asked as text[])) as a (segment)
left join sizes as s on a.segment = s.segment
left join changes as c on a.segment = c.segment
