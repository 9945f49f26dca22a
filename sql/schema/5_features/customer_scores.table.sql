-- What each scored person is expected to do, one night a partition.
-- grain: night_id, person_id
create table if not exists features.customer_scores (
    night_id bigint not null,
    as_of date not null,
    person_id bigint not null,
    churn_probability double precision,
    churn_reasons text[],
    expected_purchases double precision,
    expected_spend double precision,
    churn_model text,
    primary key (night_id, person_id)
) partition by list (night_id);
