-- Keep a configuration under its hash.
insert into ops.configurations (hash, content, first_used_at)
values (:hash, cast(:content as jsonb), :now)
on conflict (hash) do nothing
