-- Order lines of some batches of one source, typed and cut into business days.
-- grain: batch_id, row_no
-- reads: readable, ops.batches
-- received_* keep the text, so that a contract can tell unreadable from missing.
-- With `offset 0` a value is read once for all that is made of it, and not kept on the way.
with typed as (
    select
        r.*,
        cast(:customer_space as text) as customer_space,
        b.landed_on,
        staging.read_instant(r.ordered_at_text, :source_time_zone, :business_time_zone) as instant,
        case
            when not staging.is_placeholder_email(r.email, cast(:no_email as text[]))
                then staging.normalise_email(r.email)
        end as clean_email,
        staging.read_phone(r.phone, cast(:phone_country as text[])) as clean_phone,
        case
            when
                not staging.is_placeholder(
                    r.customer_ref, cast(:no_customer_ref as text[]), :no_number
                )
                then r.customer_ref
        end as clean_ref,
        staging.read_exact(r.quantity_text) as exact_quantity,
        staging.read_exact(r.unit_price_text) as exact_unit_price,
        staging.read_exact(r.discount_amount_text) as exact_discount_amount,
        staging.read_number(r.net_amount_text) as read_net_amount
    from readable as r
    inner join ops.batches as b on r.batch_id = b.batch_id
    offset 0 -- noqa: AM09
)

select
    batch_id,
    row_no,
    batch_id as batch_from,
    cast(:staging_version as text) as staging_version,
    source,
    op,
    row_key,
    customer_space,
    landed_on,
    order_id,
    line_no,
    case
        when clean_ref is not null then clean_ref
        when coalesce(clean_email, clean_phone) is not null
            then
                'guest:'
                || staging.sha256_hex(
                    coalesce(clean_email, '') || chr(31) || coalesce(clean_phone, '')
                )
    end as record_ref,
    clean_ref as customer_ref,
    clean_email as email,
    clean_phone as phone,
    cast(instant at time zone :business_time_zone as date) as ordered_on,
    instant as ordered_at,
    staging.has_time(ordered_at_text) as has_time,
    product_ref,
    cast(exact_quantity as numeric(18, 4)) as quantity,
    cast(exact_unit_price as numeric(18, 4)) as unit_price,
    cast(coalesce(
        read_net_amount, staging.price_line(exact_quantity, exact_unit_price, exact_discount_amount)
    ) as numeric(18, 4)) as net_amount,
    read_net_amount,
    cast(exact_discount_amount as numeric(18, 4)) as discount_amount,
    case
        when not staging.is_placeholder(currency, cast(:no_currency as text[]), :no_number)
            then nullif(upper(trim(currency)), '')
    end as currency,
    staging.read_instant(updated_at_text, :source_time_zone, :business_time_zone) as updated_at,
    attributes,
    case
        when
            staging.is_placeholder(order_id, cast(:no_order_id as text[]), :no_number)
            then order_id
        when
            staging.is_placeholder(line_no, cast(:no_line_no as text[]), cast(null as text))
            then line_no
    end as no_key,
    customer_ref as received_customer_ref,
    ordered_at as received_ordered_at,
    updated_at as received_updated_at,
    email as received_email,
    phone as received_phone,
    quantity as received_quantity,
    unit_price as received_unit_price,
    discount_amount as received_discount_amount,
    net_amount as received_net_amount
from typed
