-- Whatever counts for people, as versions: order lines, the events that make visits, the links
-- between records, and refusals to be profiled, which begin where none stood before and end where
-- none stands after. So nothing else in a customer record counts, nor an e-mail that was opened.
-- grain: none
-- reads: staging.order_lines, staging.events, staging.customers, identity.sightings
with refusals as not materialized (
    select source, customer_space, customer_ref, record_ref, batch_from, batch_to
    from staging.customers
    where staging_version = :staging_version and not consent_profiling and batch_from < batch_to
),

versions as (
    select
        source, customer_space, customer_ref, record_ref, ordered_on as dated_on,
        batch_from, batch_to, 1 as row_count,
        cast(null as text) as email, cast(null as text) as phone, cast(null as text) as visitor_ref
    from staging.order_lines
    where staging_version = :staging_version
    union all
    select
        source, customer_space, customer_ref, record_ref, occurred_on as dated_on,
        batch_from, batch_to, 1 as row_count,
        cast(null as text) as email, cast(null as text) as phone, cast(null as text) as visitor_ref
    from staging.events
    where
        staging_version = :staging_version
        and event_type in (
            'page_view', 'product_view', 'cart_add', 'cart_remove', 'checkout', 'login'
        )
    union all
    select
        source, customer_space, customer_ref, record_ref, seen_on as dated_on,
        batch_from, batch_to, 0 as row_count,
        email, phone, visitor_ref
    from identity.sightings
    where staging_version = :staging_version
    union all
    select
        r.source, r.customer_space, r.customer_ref, r.record_ref, date '0001-01-01' as dated_on,
        r.batch_from, 9223372036854775807 as batch_to, 0 as row_count,
        cast(null as text) as email, cast(null as text) as phone, cast(null as text) as visitor_ref
    from refusals as r
    where
        not exists (
            select from refusals as o
            where
                r.customer_space = o.customer_space and r.customer_ref = o.customer_ref
                and r.batch_from > o.batch_from and r.batch_from <= o.batch_to
        )
    union all
    select
        r.source, r.customer_space, r.customer_ref, r.record_ref, date '0001-01-01' as dated_on,
        cast(0 as bigint) as batch_from, r.batch_to, 0 as row_count,
        cast(null as text) as email, cast(null as text) as phone, cast(null as text) as visitor_ref
    from refusals as r
    where
        not exists (
            select from refusals as o
            where
                r.customer_space = o.customer_space and r.customer_ref = o.customer_ref
                and r.batch_to >= o.batch_from and r.batch_to < o.batch_to
        )
)

select
    v.*,
    case when customer_ref is null then source else customer_space end
    || chr(31) || record_ref as record_key
from versions as v
where record_ref is not null and batch_from != batch_to
