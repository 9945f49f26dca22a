-- New order lines as their contract sees them; a deletion needs its key alone.
-- grain: batch_id, row_no
-- reads: typed, received_rows, raw.products, ops.batch_states
-- A line that comes again is held against what was received of it first, so that it does not
-- matter which batches are judged together, nor which of them went to quarantine. It is
-- looked up by its key, line by line: no estimate of how many are new makes that slow.
with unread as (
    select
        t.*,
        t.ordered_on as happened_on,
        case when t.ordered_at is null then t.received_ordered_at end as unreadable_ordered_at,
        t.landed_on + 1 as last_believable_on,
        cast(:opened_on as date) as opened_on,
        case when t.quantity is null then t.received_quantity end as unreadable_quantity,
        case when t.unit_price is null then t.received_unit_price end as unreadable_unit_price,
        case when t.read_net_amount is null then t.received_net_amount end as unreadable_net_amount,
        case
            when t.discount_amount is null then t.received_discount_amount
        end as unreadable_discount_amount,
        case when t.email is null then t.received_email end as unreadable_email,
        case when t.phone is null then t.received_phone end as unreadable_phone,
        case when t.customer_ref is null then t.received_customer_ref end as nobody_customer_ref,
        case when t.updated_at is null then t.received_updated_at end as unreadable_updated_at,
        case
            when t.customer_ref != f.customer_ref then t.customer_ref
            when t.email != f.email and coalesce(t.customer_ref, f.customer_ref) is null
                then 'another e-mail'
        end as other_customer,
        case
            when abs(t.ordered_on - f.ordered_on) > cast(:days_moved as integer) then t.ordered_on
        end as moved_ordered_on
    from typed as t
    left join lateral (
        select
            case
                when
                    not staging.is_placeholder(
                        r.customer_ref, cast(:no_customer_ref as text[]), :no_number
                    )
                    then r.customer_ref
            end as customer_ref,
            staging.normalise_email(r.email) as email,
            cast(
                staging.read_instant(r.ordered_at_text, :source_time_zone, :business_time_zone)
                at time zone :business_time_zone as date
            ) as ordered_on
        from received_rows as r
        where
            r.source = t.source
            and r.row_key = t.row_key
            and r.op = 'upsert'
            and (r.batch_id, r.row_no) < (t.batch_id, t.row_no)
            and not exists (
                select from ops.batch_states as s
                where s.batch_id = r.batch_id and s.state = 'refused'
            )
        order by r.batch_id, r.row_no
        limit 1
    ) as f on true
    where t.op = 'upsert' or t.order_id is null
)

select
    u.*,
    greatest(
        octet_length(u.order_id), octet_length(u.line_no), octet_length(u.customer_ref),
        octet_length(u.product_ref)
    ) as longest_key,
    -- What cannot be read is told once: only an amount that nobody gave is missing.
    coalesce(
        cast(u.net_amount as text), u.unreadable_quantity, u.unreadable_unit_price,
        u.unreadable_net_amount, u.unreadable_discount_amount,
        case when u.received_quantity is null then u.received_unit_price end
    ) as amount,
    case when u.quantity > 0 then trim_scale(least(u.net_amount, u.unit_price)) end as lowest_price,
    -- `not in` makes one hash of the catalogue, however few lines the planner believes are new.
    case
        when
            u.product_ref not in (
                select product_ref from raw.products
                where op = 'upsert' and product_ref is not null
            )
            then u.product_ref
    end as unknown_product_ref
from unread as u
