-- Whether there is an analyst's role that may not read everything of marts and ops yet.
-- grain: one row
select
    exists(
        select from pg_roles as r
        cross join pg_class as c
        where
            r.rolname = 'nocturne_analyst'
            and c.relnamespace in (to_regnamespace('marts'), to_regnamespace('ops'))
            and c.relkind in ('r', 'v', 'p')
            and not (
                has_table_privilege(r.oid, c.oid, 'select')
                and has_schema_privilege(r.oid, c.relnamespace, 'usage')
            )
    ) as waits
