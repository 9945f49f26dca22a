-- A migration has been applied.
insert into ops.migrations (name, applied_at)
values (:name, :now)
on conflict (name) do nothing
