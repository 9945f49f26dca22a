-- Of a batch that is refused as a whole, no row lies in quarantine by itself.
delete from quarantine.rows
where staging_version = :staging_version and batch_id = :batch_id and replayed_in is null
