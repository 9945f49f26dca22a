-- Keep one judgement.
insert into ops.contract_results (
    batch_id, night_id, table_name, rule, severity, success, checked_count, unexpected_count,
    sentence, staging_version, checked_at
)
values (
    :batch_id, :night_id, :table_name, :rule, :severity, :success, :checked_count,
    :unexpected_count, :sentence, :staging_version, :checked_at
)
