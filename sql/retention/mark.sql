-- Mark the attempts whose rows are to go: all that retention does not ask to keep.
-- Kept are, of the nights that stand, the newest :nights days, the :nights published last (a past
-- day built again is there to be looked at) and the last of each month; what was delivered in the
-- newest :deliveries of a destination; and what somebody builds on at the moment.
-- reads: ops.published, ops.deliveries, ops.nights
with standing as (
    select
        night_id,
        row_number() over (order by as_of desc) as day_place,
        row_number() over (order by published_at desc, night_id desc) as publication_place,
        row_number() over (
            partition by date_trunc('month', as_of)
            order by as_of desc
        ) as place_in_month
    from ops.published
    where replaced_at is null
),

delivered as (
    select
        night_id,
        row_number() over (partition by destination order by delivery_id desc) as place
    from ops.deliveries
),

kept as (
    select night_id
    from standing
    where day_place <= :nights or publication_place <= :nights or place_in_month = 1
    union all
    select night_id
    from delivered
    where place <= :deliveries
    union all
    select previous as night_id
    from ops.nights
    where status in ('building', 'built') and previous is not null
)

update ops.published as p
set retired_at = :now
where
    p.retired_at is null
    and not exists (
        select from kept as k
        where k.night_id = p.night_id
    )
