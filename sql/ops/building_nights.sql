-- Attempts that somebody has claimed.
select night_id, as_of, purpose, claimant, claim_key, opened_at, active_at
from ops.nights
where status = 'building'
order by night_id
