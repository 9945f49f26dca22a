-- The shape of the table in which one night's scores wait; the tables themselves are the nights'.
-- grain: person_id
create unlogged table if not exists attempts.inbox_scores (
    person_id bigint not null,
    churn_probability double precision not null,
    churn_reasons text[] not null
);
