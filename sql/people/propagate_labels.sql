-- One round of label propagation: each node takes the lowest label among the nodes it shares a
-- value with. Repeated until nothing changes, every component carries its founder's label.
-- grain: node
-- reads and writes: labels, edges
with lowest_of_value as (
    select e.value, min(l.label) as label
    from edges as e
    inner join labels as l on e.node = l.node
    group by e.value
),

lowest_of_node as (
    select e.node, min(v.label) as label
    from edges as e
    inner join lowest_of_value as v on e.value = v.value
    group by e.node
)

update pg_temp.labels as l
set label = n.label
from lowest_of_node as n
where l.node = n.node and n.label < l.label
