-- Forget how large the segments were on the night :as_of, to write it anew.
delete from ops.segment_counts
where as_of = :as_of
