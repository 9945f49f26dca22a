-- The lines of some batches of a source by the code of their currency, in capitals.
-- grain: batch_id, currency
-- reads: raw.order_lines
select
    batch_id,
    upper(trim(currency)) as currency,
    count(*) as row_count
from raw.order_lines
where
    source = :source
    and batch_id between :first_batch and :last_batch
    and op = 'upsert'
    and trim(currency) != ''
    and not staging.is_placeholder(currency, cast(:no_currency as text[]), :no_number)
group by batch_id, upper(trim(currency))
order by batch_id, currency
