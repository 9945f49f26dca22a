-- Keep how many lines of a batch are in a currency.
insert into ops.batch_currencies (batch_id, currency, row_count)
values (:batch_id, :currency, :row_count)
on conflict (batch_id, currency) do nothing
