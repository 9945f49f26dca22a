-- One night's claim, held until the transaction ends.
select status, claimant
from ops.nights
where night_id = :night_id
for update
