-- The shape of the table in which one night's clusters wait; the tables themselves are the nights'.
-- grain: person_id
create unlogged table if not exists attempts.inbox_clusters (
    person_id bigint not null,
    cluster integer not null,
    cluster_name text not null
);
