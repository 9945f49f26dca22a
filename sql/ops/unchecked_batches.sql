-- Batches that this version of the contracts has not judged, oldest first.
select b.*
from ops.batches as b
left join ops.batch_states as s
    on b.batch_id = s.batch_id and s.staging_version = :staging_version
where s.batch_id is null
order by b.batch_id
