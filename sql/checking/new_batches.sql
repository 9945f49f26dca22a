-- Landings to be judged, beside what their sources sent before.
-- grain: batch_id
-- reads: ops.batches
-- A column that the mapping reads is none that nobody knows of.
-- A column vanished if each of the last eight files with rows, at least two, had it: a list of JSON
-- objects need not name every column every time.
select
    b.batch_id,
    b.fault,
    b.note,
    case
        when not b.source || ':' || b.entity = any(cast(:sources as text[])) then b.source
    end as unknown_source,
    case when b.fault is null then b.received_count end as row_count,
    b.unreadable_count,
    novel.columns as new_columns,
    vanished.columns as vanished_columns
from ops.batches as b
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
            and not exists (
                select from jsonb_each(b.mapping) as m (ours, rule)
                where
                    m.rule = to_jsonb(f.name)
                    or m.rule -> 'from' @> to_jsonb(f.name)
                    or m.rule -> 'share' @> to_jsonb(f.name)
                    or m.rule -> 'negative_when' ->> 0 = f.name
            )
    ) as novel
cross join
    lateral ( -- noqa: ST05
        with recent as (
            select e.columns
            from ops.batches as e
            where
                e.source = b.source
                and e.batch_id < b.batch_id
                and e.fault is null
                and e.received_count > 0
                and e.replay_of is null
            order by e.batch_id desc
            limit 8
        ),

        always as (
            select had.name
            from recent as r
            cross join unnest(r.columns) as had (name)
            group by had.name
            having
                count(*) >= 2
                and count(*) = (select count(every_file.columns) from recent as every_file)
        )

        select string_agg(a.name, ', ' order by a.name) as columns
        from always as a
        where
            b.fault is null
            and b.received_count > 0
            and b.replay_of is null
            and not a.name = any(b.columns)
    ) as vanished
where b.batch_id = any(cast(:batch_ids as bigint[]))
