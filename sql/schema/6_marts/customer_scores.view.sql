-- What each scored person is expected to do, by each published night.
-- grain: person_id, as_of
create or replace view marts.customer_scores as
select
    s.person_id,
    s.as_of,
    s.churn_probability,
    s.churn_reasons,
    s.expected_purchases,
    s.expected_spend,
    s.churn_model,
    cast(s.person_id as text) as person_key
from features.customer_scores as s
inner join ops.published as p on s.night_id = p.night_id
where p.replaced_at is null and p.retired_at is null;
comment on view marts.customer_scores is 'What each scored person is expected to do: those who bought lately and do not refuse profiling.';
comment on column marts.customer_scores.person_id is 'The person.';
comment on column marts.customer_scores.as_of is 'Business day, inclusive.';
comment on column marts.customer_scores.churn_probability is 'Probability, 0 to 1, of no purchase in the churn horizon after as_of (models.yml).';
comment on column marts.customer_scores.churn_reasons is 'What speaks most for and against, from the model''s own contributions.';
comment on column marts.customer_scores.expected_purchases is 'Expected purchases; null until its model exists.';
comment on column marts.customer_scores.expected_spend is 'Expected spend; null until its model exists.';
comment on column marts.customer_scores.churn_model is 'Id of the churn model in ops.model_versions.';
comment on column marts.customer_scores.person_key is 'The person_id as text, for tools that round large numbers; join by either.';
