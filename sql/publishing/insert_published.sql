-- An attempt stands for its day.
insert into ops.published (night_id, as_of, published_at)
values (:night_id, :as_of, :now)
