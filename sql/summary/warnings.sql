-- Rules of warning strength that the batches of a night broke.
-- grain: table_name, rule
-- reads: ops.contract_results
select table_name, rule, sum(unexpected_count) as row_count, max(sentence) as sentence
from ops.contract_results
where
    not success
    and severity = 'warning'
    and staging_version = :staging_version
    and (night_id = :night_id or (batch_id > :since and batch_id <= :known_at))
group by table_name, rule
order by table_name, rule
