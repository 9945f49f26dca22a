-- A customer_ref of a batch that no source of customers has, and one that looks like it.
-- grain: one row
-- reads: named, known
select
    n.customer_ref,
    k.customer_ref as known_ref
from named as n
inner join known as k
    on staging.bare_reference(n.customer_ref) = staging.bare_reference(k.customer_ref)
left join known as same on n.customer_ref = same.customer_ref
where n.batch_id = :batch_id and same.customer_ref is null
order by n.customer_ref, k.customer_ref
limit 1
