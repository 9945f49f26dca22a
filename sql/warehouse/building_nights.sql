-- Attempts that somebody has claimed: being built, or built and kept for the next to copy from.
select
    night_id, as_of, known_at, purpose, status, models, claimant, claim_key, opened_at, active_at
from ops.nights
where status in ('building', 'built')
order by night_id
