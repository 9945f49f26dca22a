-- Keep every row that broke a critical rule: as received, with each rule it broke.
-- grain: staging_version, batch_id, row_no
-- reads: broken, received, ops.batches, quarantine.rows
-- The content is the row under its source's own names, as canonical JSON: a column of ours made by
-- a recipe is none of theirs. What was done about the row under other contracts still holds.
with told as (
    select
        batch_id,
        row_no,
        array_agg(rule order by place) as rules,
        string_agg(sentence, ' ' order by place) as sentence
    from broken
    group by batch_id, row_no
)

insert into quarantine.rows (
    staging_version, batch_id, row_no, source, entity, file, content, rules, sentence,
    repaired, replayed_in, replayed_as
)
select
    :staging_version,
    t.batch_id,
    t.row_no,
    b.source,
    b.entity,
    b.file,
    convert_to(
        cast(
            coalesce(cells.content, cast('{}' as jsonb))
            || coalesce(r.attributes, cast('{}' as jsonb)) as text
        ), 'UTF8'
    ) as content,
    t.rules,
    t.sentence,
    known.repaired,
    known.replayed_in,
    known.replayed_as
from told as t
inner join received as r on t.batch_id = r.batch_id and t.row_no = r.row_no
inner join ops.batches as b on t.batch_id = b.batch_id
cross join
    lateral (
        select jsonb_object_agg(b.mapping ->> c.key, c.value) as content
        from jsonb_each(to_jsonb(r)) as c
        where jsonb_typeof(b.mapping -> c.key) = 'string'
    ) as cells
left join lateral (
    select e.repaired, e.replayed_in, e.replayed_as
    from quarantine.rows as e
    where e.batch_id = t.batch_id and e.row_no = t.row_no and e.repaired is not null
    order by e.replayed_in nulls last
    limit 1
) as known on true
