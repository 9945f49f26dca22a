-- Keep why a training made no model of a kind.
insert into ops.untrained (kind, trained_as_of, known_at, sentence, tried_at)
values (:kind, :as_of, :known_at, :sentence, :tried_at)
on conflict (kind, trained_as_of, known_at) do update
    set sentence = excluded.sentence, tried_at = excluded.tried_at
