-- How many rows were in quarantine under one version of the contracts and are not under another.
-- grain: source
-- reads: quarantine.rows, ops.batch_states, ops.batches
select
    b.source,
    count(*) as row_count
from quarantine.rows as q
inner join ops.batches as b on q.batch_id = b.batch_id
inner join ops.batch_states as s
    on q.batch_id = s.batch_id and s.staging_version = :staging_version and s.state = 'staged'
left join quarantine.rows as still
    on
        still.staging_version = :staging_version
        and q.batch_id = still.batch_id
        and q.row_no = still.row_no
where q.staging_version = :before and q.replayed_in is null and still.row_no is null
group by b.source
order by b.source
