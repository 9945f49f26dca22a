-- How far each published night had moved from the night its models were made from.
-- grain: as_of, table_name, column_name, value
create or replace view ops.drift as
select
    m.as_of,
    m.night_id,
    m.table_name,
    m.column_name,
    m.value,
    m.psi,
    m.psi_limit,
    m.judged,
    m.drifted,
    m.reference_counts,
    m.current_counts,
    m.training_id
from ops.drift_measured as m
inner join ops.published as p on m.night_id = p.night_id
where p.replaced_at is null;
comment on view ops.drift is 'Drift of the nights that stand, each day once; it never stops a night.';
comment on column ops.drift.as_of is 'Business day, inclusive.';
comment on column ops.drift.night_id is 'The attempt that stands for the day.';
comment on column ops.drift.table_name is 'customer_features, customer_scores or customer_segments.';
comment on column ops.drift.column_name is 'The column; for customer_segments, segments or cluster_name.';
comment on column ops.drift.value is 'The segment or cluster; null for columns that are numbers.';
comment on column ops.drift.psi is 'Population stability index over the reference''s bins; null when either side is empty.';
comment on column ops.drift.psi_limit is 'drift.psi_limit + (bins - 1)(1/n + 1/m): what is asked plus what chance alone gives.';
comment on column ops.drift.judged is 'False if it is only shown: it must move (tenure_days), it means something else now, or fewer than 100 people were counted.';
comment on column ops.drift.drifted is 'It is judged, and the psi is above its limit.';
comment on column ops.drift.reference_counts is 'People per bin at the training, those without a value last; for a segment or cluster, inside and outside.';
comment on column ops.drift.current_counts is 'People per bin that night, in the same bins.';
comment on column ops.drift.training_id is 'The training whose night is the reference.';
