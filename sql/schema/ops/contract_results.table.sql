-- Every judgement of every rule, kept or broken, over a landing or an attempt.
-- grain: staging_version, batch_id or night_id, table_name, rule
create table if not exists ops.contract_results (
    batch_id bigint,
    night_id bigint,
    table_name text not null,
    rule text not null,
    severity text not null check (severity in ('critical', 'warning')),
    success boolean not null,
    checked_count bigint not null,
    unexpected_count bigint not null,
    sentence text,
    staging_version text not null,
    checked_at timestamptz not null,
    check ((batch_id is null) != (night_id is null)),
    unique nulls not distinct (batch_id, night_id, staging_version, table_name, rule)
);
create index if not exists contract_results_broken on ops.contract_results (rule)
where not success;
comment on table ops.contract_results is 'Every rule judged on every landing and every attempt, successes too. No content of rows.';
comment on column ops.contract_results.batch_id is 'The landing judged; null for an attempt.';
comment on column ops.contract_results.night_id is 'The attempt judged; null for a landing.';
comment on column ops.contract_results.table_name is 'The entity received, or the table of the attempt.';
comment on column ops.contract_results.rule is 'Stable name of the rule in expectations/.';
comment on column ops.contract_results.severity is 'critical: rows go to quarantine, a landing is refused, an attempt stays unpublished. warning: noted.';
comment on column ops.contract_results.success is 'Whether nothing broke it.';
comment on column ops.contract_results.checked_count is 'Rows looked at.';
comment on column ops.contract_results.unexpected_count is 'Rows that broke it.';
comment on column ops.contract_results.sentence is 'What was wrong and what to do; null where it was kept.';
comment on column ops.contract_results.staging_version is 'Version of contracts, mappings and stage code that judged.';
comment on column ops.contract_results.checked_at is 'Instant of the judgement.';
