-- What a night or backfill must not leave behind.
-- grain: what
select 'table ' || relname as what
from pg_class
where
    relkind = 'r' and relnamespace = to_regnamespace('attempts') and relname ~ '_[0-9]+$'
union all
select 'advisory lock ' || objid as what
from pg_locks
where
    locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())
union all
select 'night ' || night_id || ' ' || status as what
from ops.nights
where status not in ('published', 'failed', 'dropped')
union all
select 'backfill ' || backfill_id || ' ' || state as what
from ops.backfills
where state = 'running'
