-- The currencies of all batches let in so far, whatever their source.
-- grain: currency
-- reads: ops.batch_currencies
select distinct currency
from ops.batch_currencies
