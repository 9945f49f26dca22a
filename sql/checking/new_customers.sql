-- New customer records as their contract sees them; a deletion needs its key alone.
-- grain: batch_id, row_no
-- reads: typed, staging.customers
-- A record is held against the one before it: of the rows not staged yet, or else as staged.
with standing as (
    select s.source, s.row_key, s.created_on, s.birth_date, s.family_name
    from staging.customers as s
    where s.staging_version = :staging_version and s.batch_to = :forever
),

beside as (
    select
        t.*,
        coalesce(lag(t.created_on) over was, s.created_on) as created_on_before,
        coalesce(lag(t.birth_date) over was, s.birth_date) as birth_date_before,
        coalesce(lag(t.family_name) over was, s.family_name) as family_name_before
    from typed as t
    left join standing as s on t.source = s.source and t.row_key = s.row_key
    window was as (partition by t.row_key, t.op order by t.batch_id, t.row_no)
)

select
    t.*,
    octet_length(t.customer_ref) as longest_key,
    cast(null as date) as happened_on,
    case when t.created_on is null then t.received_created_at end as unreadable_created_at,
    t.landed_on + 1 as last_believable_on,
    cast(:opened_on as date) as opened_on,
    case when t.updated_at is null then t.received_updated_at end as unreadable_updated_at,
    case when t.email is null then t.received_email end as unreadable_email,
    case when t.phone is null then t.received_phone end as unreadable_phone,
    case when t.birth_date is null then t.received_birth_date end as unreadable_birth_date,
    case
        when t.consent_marketing is null then t.received_consent_marketing
    end as unreadable_consent_marketing,
    case
        when t.consent_profiling is null then t.received_consent_profiling
    end as unreadable_consent_profiling,
    case when t.created_on != t.created_on_before then t.created_on end as moved_created_on,
    case
        when t.birth_date != t.birth_date_before and t.family_name != t.family_name_before
            then t.customer_ref
    end as reused_customer_ref
from beside as t
where t.op = 'upsert' or t.customer_ref is null
