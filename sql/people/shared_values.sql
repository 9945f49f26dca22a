-- Values that link nobody: an e-mail or phone on too many customer_refs, a visitor of two, or one
-- that never showed a customer_ref and showed two e-mails.
-- grain: value
-- reads: value_refs
select
    value,
    is_visitor,
    count(distinct customer_space || chr(31) || customer_ref) as customer_ref_count
from value_refs
group by value, is_visitor
having
    count(distinct customer_space || chr(31) || customer_ref)
    > case when is_visitor = 1 then 1 else cast(:shared_value_limit as integer) end
    or (is_visitor = 1 and count(customer_ref) = 0 and count(distinct email) > 1)
