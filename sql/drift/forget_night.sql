-- Drop what was measured for an attempt, so that it can be measured anew.
delete from ops.drift_measured
where night_id = :night_id
