-- Why the newest training made no model of a kind, unless another made one as of that day or later.
-- grain: kind
-- reads: ops.untrained, ops.model_versions
select distinct on (u.kind) u.kind, u.trained_as_of, u.sentence
from ops.untrained as u
where
    not exists (
        select from ops.model_versions as m
        where m.kind = u.kind and m.trained_as_of >= u.trained_as_of
    )
order by u.kind asc, u.tried_at desc
