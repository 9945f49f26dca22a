-- The staging version that the newest night was built with; before the first, that judged last.
-- plpgsql, as it is made before the tables it reads.
create or replace function ops.staging_version_in_force() returns text
language plpgsql stable parallel safe
as $$
begin
    return coalesce(
        (
            select n.staging_version
            from ops.nights as n
            where n.purpose = 'night'
            order by n.night_id desc
            limit 1
        ),
        (
            select c.staging_version
            from ops.contract_results as c
            order by c.checked_at desc
            limit 1
        )
    );
end
$$;
