-- Who holds relations that bringing the schemas up to date may have to change, longest first.
-- grain: pid
select
    a.pid,
    a.usename as role_name,
    string_agg(distinct n.nspname || '.' || c.relname, ', ') as relations
from pg_locks as l
inner join pg_stat_activity as a on l.pid = a.pid
inner join pg_class as c on l.relation = c.oid
inner join pg_namespace as n on c.relnamespace = n.oid
where
    l.granted
    and l.pid != pg_backend_pid()
    and a.datname = current_database()
    and n.nspname in (
        'ops', 'raw', 'quarantine', 'staging', 'identity', 'attempts', 'features', 'marts'
    )
    and c.relkind in ('r', 'p', 'v')
    and not c.relispartition
group by a.pid, a.usename
order by min(a.backend_start)
