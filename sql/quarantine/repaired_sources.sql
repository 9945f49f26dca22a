-- The sources with repaired rows that wait to be replayed, and what names these rows.
-- grain: source
-- reads: quarantine.rows
select
    q.source,
    q.entity,
    encode(
        sha256(convert_to(
            string_agg(cast(q.repaired as text), chr(10) order by q.batch_id, q.row_no), 'UTF8'
        )), 'hex'
    ) as digest
from quarantine.rows as q
where
    q.staging_version in ('', :staging_version)
    and q.repaired is not null
    and q.replayed_in is null
group by q.source, q.entity
order by min(q.batch_id)
