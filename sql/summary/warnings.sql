-- Rules of warning strength that a night broke, or the batches that came since the night before.
-- grain: table_name, rule, source
-- reads: ops.contract_results, ops.batches, ops.published, ops.nights
with earlier as (
    select coalesce(max(n.known_at), 0) as known_at
    from ops.published as p
    inner join ops.nights as n on p.night_id = n.night_id
    where p.replaced_at is null and p.as_of < :as_of
)

select
    r.table_name,
    r.rule,
    b.source,
    sum(r.unexpected_count) as row_count,
    max(r.sentence) as sentence
from ops.contract_results as r
left join ops.batches as b on r.batch_id = b.batch_id
cross join earlier
where
    not r.success
    and r.severity = 'warning'
    and r.staging_version = :staging_version
    and (r.night_id = :night_id or (r.batch_id > earlier.known_at and r.batch_id <= :known_at))
group by r.table_name, r.rule, b.source
order by r.table_name, r.rule, b.source
