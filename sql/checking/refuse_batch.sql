-- A batch is refused that no rule refused, judged before or not; it lands anew, unless these bytes
-- were refused before under this version.
insert into ops.batch_states (staging_version, batch_id, state, reason, lands_again)
select
    cast(:staging_version as text) as staging_version,
    b.batch_id,
    'refused' as state,
    :reason,
    cast(:is_behind as boolean) or not exists (
        select from ops.batches as e
        inner join ops.batch_states as s on e.batch_id = s.batch_id
        where
            e.source = b.source
            and e.file_hash = b.file_hash
            and e.batch_id < b.batch_id
            and s.staging_version = :staging_version
            and s.state = 'refused'
    ) as lands_again
from ops.batches as b
where b.batch_id = :batch_id
on conflict (staging_version, batch_id) do update
    set
        state = excluded.state,
        reason = excluded.reason,
        lands_again = excluded.lands_again,
        quarantined_count = 0
