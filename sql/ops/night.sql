-- One attempt.
select *
from ops.nights
where night_id = :night_id
