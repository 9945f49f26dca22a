-- One attempt, and what it copies from.
select
    n.*,
    p.as_of as previous_as_of,
    p.known_at as previous_known_at,
    p.figures as previous_figures
from ops.nights as n
left join ops.nights as p on n.previous = p.night_id
where n.night_id = :night_id
