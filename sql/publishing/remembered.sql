-- What the ledger says of the night :as_of, to keep its reasons where they cannot be told again.
-- grain: person_id, segment
-- reads: ops.segment_ledger
select
    person_id,
    segment,
    change,
    reason
from ops.segment_ledger
where as_of = :as_of and not (:night_is_whole and :before_is_whole)
