-- The settings of one hash, as they were kept when a night first used them.
select content
from ops.configurations
where hash = :hash
