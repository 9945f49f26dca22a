-- Write down that a destination has been reached.
insert into ops.deliveries (
    destination, kind, night_id, as_of, known_at, consent_known_at, destination_configuration,
    build_configuration, path, people_count, not_in_segments_count, without_consent_count,
    row_count, byte_count, sha256, delivered_at
)
values (
    :destination, :kind, :night_id, :as_of, :known_at, :consent_known_at,
    :destination_configuration, :build_configuration, :path, :people_count,
    :not_in_segments_count, :without_consent_count, :row_count, :byte_count, :sha256, :now
)
