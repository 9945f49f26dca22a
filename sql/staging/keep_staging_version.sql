-- Keep what a version of the stage is made of.
insert into ops.staging_versions (staging_version, content, first_used_at)
values (:staging_version, cast(:content as jsonb), :now)
on conflict (staging_version) do nothing
