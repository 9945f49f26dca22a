-- A night of a backfill stands as it wanted it.
update ops.backfills
set
    nights_done = array(
        select distinct d.day
        from unnest(nights_done || cast(:as_of as date)) as d (day)
        order by d.day
    ),
    seconds = seconds + :seconds
where backfill_id = :backfill_id
