-- How many customer_refs of each batch some source of customers has, where any has sent some.
-- grain: batch_id
-- reads: named, known
select
    n.batch_id,
    count(*) as ref_count,
    count(k.customer_ref) as found_count
from named as n
left join known as k on n.customer_ref = k.customer_ref
where exists (select from known)
group by n.batch_id
