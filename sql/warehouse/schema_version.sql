-- The state of sql/ that this database was last brought up to.
select name
from ops.migrations
where name like 'schema %'
order by applied_at desc, name desc
limit 1
