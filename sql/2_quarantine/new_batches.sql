-- Landings not yet judged, beside what their sources usually send.
-- grain: batch_id
-- reads: ops.batches, ops.batch_states
-- volume is null where it says nothing: fewer than four files before, or usually under 100 rows.
select
    b.batch_id,
    b.fault,
    b.note,
    case
        when not b.source || ':' || b.entity = any(cast(:sources as text[])) then b.source
    end as unknown_source,
    case when b.fault is null then b.received_count end as row_count,
    b.unreadable_count,
    case
        when
            b.fault is null
            and b.received_count > 0
            and usual.file_count >= 4
            and usual.row_count >= 100
            then round(cast(b.received_count as numeric) / usual.row_count, 2)
    end as volume,
    novel.columns as new_columns
from ops.batches as b
left join ops.batch_states as s
    on b.batch_id = s.batch_id and s.staging_version = :staging_version
cross join
    lateral ( -- noqa: ST05
        with recent as (
            select e.received_count
            from ops.batches as e
            where e.source = b.source and e.batch_id < b.batch_id and e.received_count > 0
            order by e.batch_id desc
            limit 8
        )

        select
            count(*) as file_count,
            cast(percentile_disc(0.5) within group (order by recent.received_count) as numeric)
                as row_count
        from recent
    ) as usual
cross join
    lateral (
        select string_agg(f.name, ', ' order by f.place) as columns
        from unnest(b.columns) with ordinality as f (name, place)
        where
            exists (
                select from ops.batches as e
                where e.source = b.source and e.batch_id < b.batch_id and e.fault is null
            )
            and not exists (
                select from ops.batches as e
                where e.source = b.source and e.batch_id < b.batch_id and f.name = any(e.columns)
            )
    ) as novel
where s.batch_id is null
