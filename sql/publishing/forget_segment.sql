-- Forget who came and went on the night :as_of, to write it anew.
with ledger as (
    delete from ops.segment_ledger
    where as_of = :as_of
)

delete from ops.segment_movements
where as_of = :as_of
