-- What must add up across the tables of an attempt.
-- grain: night_id (one row)
-- people_share_of_night_before is null where it says nothing: without a night before, or with
-- fewer than a hundred people in it. In a plan the night before is the one that the plan itself
-- built and keeps, if it did: its backfill will have published that one by then.
-- reads: members, customer_features, customer_scores, customer_segments, ops.published, ops.nights
with people as (
    select distinct person_id from members
),

nights_before as (
    select n.as_of, n.row_counts, false as is_kept
    from ops.published as p
    inner join ops.nights as n on p.night_id = n.night_id
    where p.replaced_at is null and p.as_of < :as_of
    union all
    select n.as_of, n.row_counts, true as is_kept
    from ops.nights as n
    inner join ops.nights as tonight on n.claimant = tonight.claimant
    where
        tonight.night_id = :night_id
        and n.status = 'built'
        and n.purpose = 'plan'
        and n.as_of < :as_of
),

before as (
    select cast(n.row_counts ->> 'customer_features' as bigint) as people
    from nights_before as n
    order by n.as_of desc, n.is_kept desc
    limit 1
)

select
    cast(:night_id as bigint) as night_id,
    (select count(*) from people) as people,
    (
        select count(*) from people as p
        where not exists (
            select from customer_features as f
            where f.person_id = p.person_id
        )
    ) as people_without_features,
    (
        select count(*) from customer_features as f
        where not exists (
            select from people as p
            where p.person_id = f.person_id
        )
    ) as features_without_people,
    (
        select round(cast((select count(*) from customer_features) as numeric) / b.people, 4)
        from before as b
        where b.people >= 100
    ) as people_share_of_night_before,
    (
        select count(*) from customer_scores as s
        where not exists (
            select from customer_features as f
            where f.person_id = s.person_id
        )
    ) as scores_without_features,
    (
        select count(*) from customer_features as f
        where not exists (
            select from customer_segments as s
            where s.person_id = f.person_id
        )
    ) as features_without_segments,
    (
        select count(*) from customer_segments as s
        where not exists (
            select from customer_features as f
            where f.person_id = s.person_id
        )
    ) as segments_without_features,
    (
        select count(*) from customer_segments as s
        where s.primary_segment != 'none' and not s.primary_segment = any(s.segments)
    ) as primary_not_among_segments
