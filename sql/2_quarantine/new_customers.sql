-- New customer records as their contract sees them; a deletion needs its key alone.
-- grain: batch_id, row_no
-- reads: typed
select
    t.batch_id,
    t.row_no,
    t.customer_ref,
    case when t.created_on is null then t.received_created_at end as unreadable_created_at,
    t.created_on,
    cast(extract(year from t.created_on) as int) as created_year,
    t.landed_on + 1 as last_believable_on,
    case when t.updated_at is null then t.received_updated_at end as unreadable_updated_at,
    case when t.email is null then t.received_email end as unreadable_email,
    case when t.phone is null then t.received_phone end as unreadable_phone,
    case when t.birth_date is null then t.received_birth_date end as unreadable_birth_date,
    case
        when t.consent_marketing is null then t.received_consent_marketing
    end as unreadable_consent_marketing,
    case
        when t.consent_profiling is null then t.received_consent_profiling
    end as unreadable_consent_profiling
from typed as t
where t.op = 'upsert' or t.customer_ref is null
