-- Rows without a name of their own are known by what the rules made of them, and no longer by the
-- texts that the rules read, so that a column renamed half way counts once. Rows that landed before
-- get the key that they would have now; of equal rows of a file each keeps a number of its own.
-- Deletions that an order sent whole or a file landed again made follow the rows that they delete.
do $$
declare
    entity text; stem text; own_name text; ours text;
begin
    for entity, stem, own_name, ours in
        select * from (values
            ('events', $q$ '' $q$, 'event_id', 'event_id, occurred_at, event_type, visitor_ref,
                customer_ref, email, session_ref, product_ref, value, url'),
            ('order_lines', $q$ coalesce(order_id, '') || chr(31) $q$, 'line_no', 'order_id,
                line_no, ordered_at, customer_ref, email, phone, product_ref, quantity,
                unit_price, discount_amount, net_amount, currency')
        ) as e
    loop
        execute format($sql$
            create temporary table renamed on commit drop as
            with rules as (
                select b.batch_id, r.rule
                from ops.batches as b
                cross join jsonb_each(b.mapping) as r (ours, rule)
                where b.entity = %1$L and jsonb_typeof(r.rule) = 'object'
            ),
            names as (
                select batch_id, jsonb_array_elements_text(rule -> 'from') as name from rules
                union
                select batch_id, jsonb_array_elements_text(rule -> 'share') from rules
                union
                select batch_id, rule -> 'negative_when' ->> 0 from rules
            ),
            read as (
                select batch_id, array_agg(name) as names from names
                where name is not null group by batch_id
            ),
            hashed as (
                select r.batch_id, r.row_no, r.source, r.op, r.row_key, %2$s as stem,
                    coalesce(cast(substring(r.row_key from '#([0-9]+)$') as bigint), 1) as place,
                    cast(md5(cast(row(
                        'upsert',
                        (coalesce(r.attributes, '{}') - read.names) || case
                            when r.updated_at is null then cast('{}' as jsonb)
                            else jsonb_build_object('updated_at', r.updated_at)
                        end, %4$s
                    ) as text)) as uuid) as content_hash
                from raw.%1$I as r
                inner join read on r.batch_id = read.batch_id
                where r.%3$I is null
                    and r.row_hash != cast(md5('gone ' || r.row_key) as uuid)
            ),
            numbered as (
                select h.*, h.stem || h.content_hash || '#' || min(h.place) over equals - 1
                    + row_number() over (equals order by h.place, h.row_no) as whole_key
                from hashed as h
                window equals as (partition by h.source, h.batch_id, h.content_hash, h.op)
            )
            select n.*, case
                when octet_length(n.stem) + 100 < 2000 then n.whole_key else raw.short_key(n.whole_key)
            end as new_key
            from numbered as n
        $sql$, entity, stem, own_name, ours);
        execute format($sql$
            update raw.%1$I as r
            set row_key = n.new_key, row_hash = case
                when n.op = 'upsert' then n.content_hash
                else cast(md5('delete ' || n.content_hash) as uuid)
            end
            from renamed as n
            where r.batch_id = n.batch_id and r.row_no = n.row_no and r.row_key != n.new_key
        $sql$, entity);
        execute format($sql$
            update raw.%1$I as r
            set row_key = n.new_key, row_hash = cast(md5('gone ' || n.new_key) as uuid)
            from (
                select source, row_key, min(new_key) as new_key from renamed group by 1, 2
            ) as n
            where r.source = n.source and r.row_key = n.row_key and r.row_key != n.new_key
                and r.row_hash = cast(md5('gone ' || r.row_key) as uuid)
        $sql$, entity);
        drop table renamed;
    end loop;
end
$$;
comment on column ops.batches.deleted_count is 'Deletions that no row brought: what a full list, an order sent whole or a file landed again no longer had. Beside the rows received, not among them.';
