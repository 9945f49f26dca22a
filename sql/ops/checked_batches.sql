-- Batches that are checked and wait to be staged, oldest first.
select b.batch_id, b.source, b.entity
from ops.batches as b
inner join ops.batch_states as s on b.batch_id = s.batch_id
where s.staging_version = :staging_version and s.state = 'checked'
order by b.batch_id
