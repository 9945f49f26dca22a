-- Write how many came and went on the night :as_of, whose sizes stand but whose rows are gone.
-- reads: ops.segment_ledger
update ops.segment_counts as c
set
    entered_count = (
        select count(*) from ops.segment_ledger as e
        where e.as_of = c.as_of and e.segment = c.segment and e.change = 'entered'
    ),
    left_count = (
        select count(*) from ops.segment_ledger as e
        where e.as_of = c.as_of and e.segment = c.segment and e.change = 'left'
    )
where c.as_of = :as_of and :has_before
