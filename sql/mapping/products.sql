-- Products of some batches of one source, typed.
-- grain: batch_id, row_no
-- reads: readable, ops.batches
-- received_* keep the text, so that a contract can tell unreadable from missing.
select
    r.batch_id,
    r.row_no,
    r.batch_id as batch_from,
    cast(:staging_version as text) as staging_version,
    r.source,
    r.op,
    r.row_key,
    b.landed_on,
    r.product_ref,
    r.name,
    r.category,
    r.brand,
    staging.read_number(r.price_text) as price,
    staging.read_instant(r.updated_at_text, :source_time_zone, :business_time_zone) as updated_at,
    r.attributes,
    case
        when
            staging.is_placeholder(r.product_ref, cast(:no_product_ref as text[]), :no_number)
            then r.product_ref
    end as no_key,
    r.price as received_price,
    r.updated_at as received_updated_at
from readable as r
inner join ops.batches as b on r.batch_id = b.batch_id
