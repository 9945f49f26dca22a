-- Record one model of a training.
insert into ops.model_versions (
    training_id, model_id, kind, name, trained_as_of, known_at, features, metrics, verdict,
    champion_since
)
values (
    :training_id, :model_id, :kind, :model_name, :trained_as_of, :known_at,
    cast(:features as text[]), cast(:metrics as jsonb), :verdict, :champion_since
)
