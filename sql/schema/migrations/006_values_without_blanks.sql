-- Blanks around values are dropped where they land. Rows that landed with some lose them as well,
-- in their key and their hash, so that what is sent again is recognised and counts once.
create or replace function pg_temp.bare(received text) returns text
language sql immutable
return nullif(
    btrim(
        received,
        E'\t\n\u000b\u000c\r\u001c\u001d\u001e\u001f \u0085\u00a0\u00ad\u034f\u061c'
        || E'\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
        || E'\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f'
        || E'\u205f\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d'
        || E'\u206e\u206f\u3000\ufeff'
    ), ''
);
create or replace function pg_temp.bare_object(received jsonb) returns jsonb
language sql immutable
return (
    select
        jsonb_object_agg(
            e.key,
            case jsonb_typeof(e.value)
                when 'string' then to_jsonb(pg_temp.bare(e.value #>> '{}')) else e.value
            end
        ) filter (where jsonb_typeof(e.value) != 'string' or pg_temp.bare(e.value #>> '{}') != '')
    from jsonb_each(received) as e (key, value)
);

-- Per entity: what a key begins with, and what it goes on with if the source names it. Of equal
-- rows of a file that blanks kept apart, each keeps a number of its own. A deletion that a full
-- list or a whole order made has its key from the row that it deletes.
do $$
declare
    entity text; stem text; own_name text; hashed_op text; ours text; bare text;
begin
    for entity, stem, own_name, hashed_op in
        select * from (values
            ('customers', $q$ '' $q$, $q$ coalesce(customer_ref, '') $q$, 'op'),
            ('products', $q$ '' $q$, $q$ coalesce(product_ref, '') $q$, 'op'),
            ('events', $q$ '' $q$, 'event_id', $q$ 'upsert' $q$),
            ('order_lines', $q$ coalesce(order_id, '') || chr(31) $q$, 'line_no', $q$ 'upsert' $q$)
        ) as e
    loop
        continue when to_regclass('raw.' || entity) is null;
        select
            string_agg(format('%I', name), ', ' order by place),
            string_agg(format('pg_temp.bare(r.%1$I) as %1$I', name), ', ' order by place)
        into ours, bare
        from (select column_name as name, ordinal_position as place from information_schema.columns
            where table_schema = 'raw' and table_name = entity) as c
        where name != all ('{batch_id, row_no, source, op, row_key, row_hash, attributes}')
            and (name != 'updated_at' or entity = 'customers');  -- of others it came with 005
        execute format($sql$
            create temporary table bare_rows on commit drop as
            with stripped as (
                select r.batch_id, r.row_no, r.source, r.op, r.row_key, %2$s,
                    coalesce(pg_temp.bare_object(r.attributes), '{}') as extras,
                    r.row_hash = cast(md5('gone ' || r.row_key) as uuid) as is_gone
                from raw.%1$I as r
            ),
            changed as (
                select s.*
                from stripped as s
                inner join raw.%1$I as r on s.batch_id = r.batch_id and s.row_no = r.row_no
                where
                    to_jsonb(s) - array['extras', 'is_gone']
                    != to_jsonb(r) - array['row_hash', 'attributes']
                    or s.extras != coalesce(r.attributes, '{}')
            ),
            hashed as (
                select *, %4$s as stem, %5$s as own_name,
                    cast(md5(cast(row(%6$s, extras, %3$s) as text)) as uuid) as content_hash
                from changed
            ),
            twins as (
                select r.batch_id, r.source, r.row_hash, count(*) as twin_count
                from raw.%1$I as r
                where r.row_hash in (select content_hash from hashed where own_name is null)
                group by 1, 2, 3
            )
            select h.*, h.stem || coalesce(
                h.own_name, h.content_hash || '#' || coalesce(t.twin_count, 0) + greatest(
                    cast(substring(h.row_key from '#([0-9]+)$') as bigint),
                    row_number() over (
                        partition by h.source, h.batch_id, h.stem, h.content_hash, h.op
                        order by h.row_no
                    ))
            ) as new_key
            from hashed as h
            left join twins as t
                on h.batch_id = t.batch_id and h.source = t.source and h.content_hash = t.row_hash
        $sql$, entity, bare, ours, stem, own_name, hashed_op);
        execute format($sql$
            update raw.%1$I as r
            set (row_key, row_hash, attributes, %2$s) = (
                select case when b.is_gone then r.row_key else b.new_key end,
                    case
                        when b.is_gone then r.row_hash
                        when b.op = 'delete' and %3$L != 'op'
                            then cast(md5('delete ' || b.content_hash) as uuid)
                        else b.content_hash
                    end,
                    nullif(b.extras, '{}'), %4$s
            )
            from bare_rows as b
            where r.batch_id = b.batch_id and r.row_no = b.row_no
        $sql$, entity, ours, hashed_op, replace('b.' || ours, ', ', ', b.'));
        execute format($sql$
            update raw.%1$I as r
            set row_key = b.new_key, row_hash = cast(md5('gone ' || b.new_key) as uuid)
            from (
                select source, row_key, min(new_key) as new_key
                from bare_rows where not is_gone group by source, row_key
            ) as b
            where r.source = b.source and r.row_key = b.row_key
                and r.row_hash = cast(md5('gone ' || r.row_key) as uuid)
        $sql$, entity);
        drop table bare_rows;
    end loop;
end
$$;
