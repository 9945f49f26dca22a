-- How many people lie in each bin of a column: one per edge, one above them, one without a value.
-- A value lies in the bin of the lowest edge that is not below it: an edge's own value is in its
-- bin. width_bucket counts edges not above a value, so it is asked with both sides negated.
-- grain: bin
-- reads: drift_numbers
select
    case
        when number is null then :edge_count + 1
        else :edge_count - width_bucket(-number, cast(:negated_edges as double precision[]))
    end as bin,
    count(*) as people
from drift_numbers
group by bin
