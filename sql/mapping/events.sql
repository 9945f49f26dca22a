-- Events of some batches of one source, typed and cut into business days.
-- grain: batch_id, row_no
-- reads: readable, ops.batches
-- received_* keep the text, so that a contract can tell unreadable from missing.
-- With `offset 0` a value is read once for all that is made of it, and not kept on the way.
with typed as (
    select
        r.*,
        cast(:customer_space as text) as customer_space,
        b.landed_on,
        staging.read_instant(r.occurred_at_text, :source_time_zone, :business_time_zone) as instant,
        case
            when not staging.is_placeholder_email(r.email, cast(:no_email as text[]))
                then staging.normalise_email(r.email)
        end as clean_email,
        case
            when
                not staging.is_placeholder(
                    r.customer_ref, cast(:no_customer_ref as text[]), :no_number
                )
                then r.customer_ref
        end as clean_ref,
        case
            when
                not staging.is_placeholder(
                    r.visitor_ref, cast(:no_visitor_ref as text[]), :no_number
                )
                then r.visitor_ref
        end as clean_visitor,
        case
            when
                not staging.is_placeholder(
                    r.session_ref, cast(:no_session_ref as text[]), :no_number
                )
                then r.session_ref
        end as clean_session
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
    event_id,
    case
        when clean_ref is not null then clean_ref
        when clean_email is not null
            then
                'anonymous:'
                || staging.sha256_hex(clean_email || chr(31) || coalesce(clean_visitor, ''))
        when clean_visitor is not null then 'visitor:' || clean_visitor
    end as record_ref,
    clean_ref as customer_ref,
    clean_email as email,
    clean_visitor as visitor_ref,
    clean_session as session_ref,
    event_type,
    cast(instant at time zone :business_time_zone as date) as occurred_on,
    instant as occurred_at,
    staging.has_time(occurred_at_text) as has_time,
    product_ref,
    staging.read_number(value_text) as value,
    staging.read_instant(updated_at_text, :source_time_zone, :business_time_zone) as updated_at,
    attributes,
    case
        when
            staging.is_placeholder(event_id, cast(:no_event_id as text[]), :no_number)
            then event_id
    end as no_key,
    customer_ref as received_customer_ref,
    visitor_ref as received_visitor_ref,
    session_ref as received_session_ref,
    occurred_at as received_occurred_at,
    updated_at as received_updated_at,
    email as received_email,
    value as received_value
from typed
