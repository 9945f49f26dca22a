-- Keep what segments.yml says of a segment, for the night that is being published.
insert into ops.segment_descriptions (night_id, segment, description, goal)
values (:night_id, :segment, :description, :goal)
