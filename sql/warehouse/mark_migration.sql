-- A migration, or a state of sql/, has been applied.
insert into ops.migrations (name, applied_at)
values (:name, :now)
on conflict (name) do update set applied_at = excluded.applied_at
