-- The repaired rows whose key came again after them, and was good: they are older than what is
-- known. A row that was itself replayed is as old as the one it repaired.
-- grain: row_no
-- reads: objects, rows_keyed, received, ops.batch_states, quarantine.rows
select
    o.row_no,
    o.came_in,
    o.came_as,
    max(n.batch_id) as came_again_in
from objects as o
inner join rows_keyed as k on o.row_no = k.row_no
inner join received as n on n.source = :source and k.row_key = n.row_key
inner join ops.batch_states as s on n.batch_id = s.batch_id
left join quarantine.rows as q
    on q.staging_version = :staging_version and n.batch_id = q.batch_id and n.row_no = q.row_no
left join quarantine.rows as origin
    on
        origin.staging_version in ('', :staging_version)
        and n.batch_id = origin.replayed_in
        and n.row_no = origin.replayed_as
where
    s.staging_version = :staging_version
    and s.state = 'staged'
    and q.row_no is null
    and k.row_key != '' and not starts_with(k.row_key, chr(31))
    and (coalesce(origin.batch_id, n.batch_id), coalesce(origin.row_no, n.row_no))
    > (o.came_in, o.came_as)
group by o.row_no, o.came_in, o.came_as
order by o.row_no
