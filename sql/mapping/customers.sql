-- Customer records of some batches of one source, typed.
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
    cast(:customer_space as text) as customer_space,
    b.landed_on,
    r.customer_ref as record_ref,
    r.customer_ref,
    case
        when
            not staging.is_placeholder_email(r.email, cast(:no_email as text[]))
            then staging.normalise_email(r.email)
    end as email,
    staging.read_phone(r.phone, cast(:phone_country as text[])) as phone,
    cast(
        staging.read_instant(r.created_at_text, :source_time_zone, :business_time_zone)
        at time zone :business_time_zone as date
    ) as created_on,
    staging.read_instant(r.updated_at_text, :source_time_zone, :business_time_zone) as updated_at,
    r.given_name,
    r.family_name,
    staging.read_day(r.birth_date_text) as birth_date,
    r.street,
    r.postcode,
    r.city,
    r.country,
    staging.read_flag(r.consent_marketing) as consent_marketing,
    staging.read_flag(r.consent_profiling) as consent_profiling,
    r.attributes,
    case
        when
            staging.is_placeholder(r.customer_ref, cast(:no_customer_ref as text[]), :no_number)
            then r.customer_ref
    end as no_key,
    r.created_at as received_created_at,
    r.updated_at as received_updated_at,
    r.email as received_email,
    r.phone as received_phone,
    r.birth_date as received_birth_date,
    r.consent_marketing as received_consent_marketing,
    r.consent_profiling as received_consent_profiling
from readable as r
inner join ops.batches as b on r.batch_id = b.batch_id
