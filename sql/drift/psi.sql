-- How far tonight has moved: psi = sum over bins of (p - q) ln(p / q), shares floored at 0.0001;
-- two samples of one population differ by (bins - 1)(1/n + 1/m), which the limit adds.
-- Bins empty on both sides count for nothing.
-- grain: table_name, column_name, value
-- reads: ops.drift_reference, :counted
with counted as (
    select *
    from jsonb_populate_recordset(cast(null as ops.drift_reference), cast(:counted as jsonb))
),

pairs as (
    select
        r.table_name,
        r.column_name,
        r.value,
        r.counts as reference_counts,
        c.counts as current_counts,
        cast(nullif(r.n, 0) as double precision) as n,
        cast(nullif(c.n, 0) as double precision) as m,
        (
            r.column_name != all(cast(:not_judged as text[]))
            and coalesce(r.definition, '') = coalesce(c.definition, '')
            and least(r.n, c.n) >= :fewest_people
        ) as is_judged
    from ops.drift_reference as r
    inner join counted as c
        on
            r.table_name = c.table_name
            and r.column_name = c.column_name
            and r.value is not distinct from c.value
    where r.training_id = :training_id and (r.n > 0 or c.n > 0)
),

measured as (
    select
        p.*,
        s.psi,
        cast(:psi_limit as double precision) + (s.bins - 1) * (1 / p.n + 1 / p.m) as psi_limit
    from pairs as p
    cross join lateral (
        select
            sum(
                (greatest(b.current / p.m, 1e-4) - greatest(b.reference / p.n, 1e-4))
                * ln(greatest(b.current / p.m, 1e-4) / greatest(b.reference / p.n, 1e-4))
            ) filter (where p.n > 0 and p.m > 0) as psi,
            count(*) as bins
        from unnest(p.reference_counts, p.current_counts) as b (reference, current)
        where b.reference > 0 or b.current > 0
    ) as s
)

select
    cast(:night_id as bigint) as night_id,
    cast(:as_of as date) as as_of,
    cast(:training_id as bigint) as training_id,
    table_name,
    column_name,
    value,
    psi,
    psi_limit,
    is_judged as judged,
    is_judged and psi > psi_limit as drifted,
    reference_counts,
    current_counts
from measured
