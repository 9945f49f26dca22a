-- The partitions that hold the rows of one version of the stage.
-- grain: schema_name, table_name
select
    n.nspname as schema_name,
    c.relname as table_name
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where
    n.nspname in ('staging', 'identity')
    and c.relispartition
    and c.relkind = 'r'
    and right(c.relname, length(:staging_version) + 1) = '_' || :staging_version
order by n.nspname, c.relname
