-- One plan.
select *
from ops.plans
where plan_id = :plan_id
