-- The names that the objects use, and those that their elements do.
-- The array itself is left out: its elements are the rows.
-- grain: name, of_element
-- reads: objects
with named as (
    select
        n.name,
        false as of_element
    from objects as o
    cross join lateral jsonb_object_keys(o.object) as n (name)
    where jsonb_typeof(o.object) = 'object'
    union
    select
        n.name,
        true as of_element
    from objects as o
    cross join lateral jsonb_object_keys(o.element) as n (name)
    where jsonb_typeof(o.element) = 'object'
)

select
    name,
    of_element
from named
where of_element or not starts_with(coalesce(cast(:explode as text), ''), '$.' || name)
order by of_element, name
