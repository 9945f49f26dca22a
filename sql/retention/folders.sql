-- Folders of deliveries that are not among the newest :deliveries of their destination.
-- grain: path
-- reads: ops.deliveries
with placed as (
    select
        path,
        kind,
        row_number() over (partition by destination order by delivery_id desc) as place
    from ops.deliveries
)

select
    path,
    min(kind) as kind
from placed
group by path
having min(place) > :deliveries
order by path
