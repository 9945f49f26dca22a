-- Keep every row that broke a critical rule: as received, with each rule it broke.
-- grain: staging_version, batch_id, row_no
-- reads: broken, received, ops.batches
-- The content is the row under its source's own names, as canonical JSON.
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
    staging_version, batch_id, row_no, source, entity, file, content, rules, sentence
)
select
    :staging_version,
    t.batch_id,
    t.row_no,
    b.source,
    b.entity,
    b.file,
    convert_to(
        cast(cells.content || coalesce(r.attributes, cast('{}' as jsonb)) as text), 'UTF8'
    ) as content,
    t.rules,
    t.sentence
from told as t
inner join received as r on t.batch_id = r.batch_id and t.row_no = r.row_no
inner join ops.batches as b on t.batch_id = b.batch_id
cross join lateral (
    select jsonb_object_agg(b.mapping ->> c.key, c.value) as content
    from jsonb_each(to_jsonb(r)) as c
    where b.mapping ? c.key
) as cells
