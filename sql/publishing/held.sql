-- Who was in which segments on the night :as_of, as the ledger tells; people in none have no row.
-- grain: person_id
-- reads: ops.segment_ledger
with last_changes as (
    select distinct on (person_id, segment)
        person_id,
        segment,
        change
    from ops.segment_ledger
    where as_of <= :as_of
    order by person_id asc, segment asc, as_of desc
)

select
    person_id,
    array_agg(segment order by segment) as segments
from last_changes
where change = 'entered'
group by person_id
