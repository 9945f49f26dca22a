-- What the people of each segment did before and after each published night.
-- What came after is read from the night of 7 or 30 days later, and null until that is published.
-- grain: segment, as_of
create or replace view marts.segment_performance as
with standing as (
    select night_id, as_of
    from ops.published
    where replaced_at is null and retired_at is null
)

select
    each_segment.name as segment,
    standing.as_of,
    count(*) as people,
    avg(f.engagement_score) as engagement,
    case
        when count(week.night_id) > 0 then count(case when after_7.order_count_7d > 0 then 1 end)
    end as bought_next_7d,
    case
        when count(month.night_id) > 0
            then count(case when after_30.order_count_30d > 0 then 1 end)
    end as bought_next_30d,
    sum(f.spend_amount) as spend,
    cast(sum(f.spend_amount) as double precision) / count(*) as revenue_per_head,
    case
        when count(week.night_id) > 0 then coalesce(sum(after_7.spend_amount_7d), 0)
    end as spend_next_7d,
    case
        when count(month.night_id) > 0 then coalesce(sum(after_30.spend_amount_30d), 0)
    end as spend_next_30d
from standing
inner join features.customer_segments as s on standing.night_id = s.night_id
cross join lateral unnest(s.segments) as each_segment (name)
inner join features.customer_features as f
    on s.night_id = f.night_id and s.person_id = f.person_id
left join standing as week on standing.as_of + 7 = week.as_of
left join features.customer_features as after_7
    on week.night_id = after_7.night_id and s.person_id = after_7.person_id
left join standing as month on standing.as_of + 30 = month.as_of
left join features.customer_features as after_30
    on month.night_id = after_30.night_id and s.person_id = after_30.person_id
group by each_segment.name, standing.as_of;
comment on view marts.segment_performance is 'Each segment on each published night: engagement, spend, and what its people bought in the days after. A person merged into another since counts as one who did not buy.';
comment on column marts.segment_performance.segment is 'The segment''s name in segments.yml; one that nobody is in has no row.';
comment on column marts.segment_performance.as_of is 'Business day, inclusive.';
comment on column marts.segment_performance.people is 'People in it.';
comment on column marts.segment_performance.engagement is 'Mean engagement_score, 0 to 100; null where there is none.';
comment on column marts.segment_performance.bought_next_7d is 'How many of them made a purchase in the 7 days after as_of; null until the night 7 days later is published.';
comment on column marts.segment_performance.bought_next_30d is 'How many of them made a purchase in the 30 days after as_of; null until the night 30 days later is published.';
comment on column marts.segment_performance.spend is 'Sum of their spend_amount up to as_of, over all time.';
comment on column marts.segment_performance.revenue_per_head is 'spend / people.';
comment on column marts.segment_performance.spend_next_7d is 'What they spent in the 7 days after as_of, returns included; null as bought_next_7d.';
comment on column marts.segment_performance.spend_next_30d is 'What they spent in the 30 days after as_of, returns included; null as bought_next_30d.';
