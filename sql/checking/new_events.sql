-- New events as their contract sees them; a deletion needs its key alone.
-- grain: batch_id, row_no
-- reads: typed, raw.products
select
    t.*,
    greatest(
        octet_length(t.event_id), octet_length(t.event_type), octet_length(t.customer_ref),
        octet_length(t.visitor_ref), octet_length(t.session_ref), octet_length(t.product_ref)
    ) as longest_key,
    t.occurred_on as happened_on,
    case when t.occurred_at is null then t.received_occurred_at end as unreadable_occurred_at,
    t.landed_on + 1 as last_believable_on,
    cast(:opened_on as date) as opened_on,
    case when t.updated_at is null then t.received_updated_at end as unreadable_updated_at,
    case when t.email is null then t.received_email end as unreadable_email,
    case when t.customer_ref is null then t.received_customer_ref end as nobody_customer_ref,
    case when t.visitor_ref is null then t.received_visitor_ref end as nobody_visitor_ref,
    case when t.session_ref is null then t.received_session_ref end as nobody_session_ref,
    case when t.value is null then t.received_value end as unreadable_value,
    -- `not in` makes one hash of the catalogue, however few events the planner believes are new.
    case
        when
            t.product_ref not in (
                select product_ref from raw.products
                where op = 'upsert' and product_ref is not null
            )
            then t.product_ref
    end as unknown_product_ref
from typed as t
where t.op = 'upsert'
