-- The good rows of a batch that a rule of leave_out names: by customer_ref, e-mail or attribute.
-- grain: row_no
-- reads: accepted_raw
select p.row_no, p.customer_ref
from accepted_raw as p
where
    p.customer_ref = any(cast(:customer_refs as text[]))
    or p.customer_ref like any(cast(:customer_ref_patterns as text[]))
    or staging.normalise_email(p.email) = any(cast(:emails as text[]))
    or staging.normalise_email(p.email) like any(cast(:email_patterns as text[]))
    or exists (
        select from jsonb_each(cast(:attributes as jsonb)) as w
        cross join jsonb_array_elements_text(w.value) as l (pattern)
        where p.attributes ->> w.key like l.pattern
    )
