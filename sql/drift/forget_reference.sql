-- Drop a training's reference, so that it can be kept anew.
delete from ops.drift_reference
where training_id = :training_id
