-- What was predicted of each scored person on each published night, and what then happened.
-- grain: person_id, as_of
create or replace view marts.churn_outcomes as
with standing as (
    select
        p.night_id,
        p.as_of,
        cast(c.content #>> '{models,churn,churn_horizon_days}' as int) as horizon_days
    from ops.published as p
    inner join ops.nights as n on p.night_id = n.night_id
    inner join ops.configurations as c on n.build_configuration = c.hash
    where p.replaced_at is null and p.retired_at is null
),

-- The last night within the horizon tells who bought in it, the first at or after its end who did
-- not.
looked_at as (
    select
        made.night_id,
        made.as_of,
        made.as_of + made.horizon_days as horizon_ends_on,
        (
            select later.night_id
            from standing as later
            where later.as_of > made.as_of and later.as_of <= made.as_of + made.horizon_days
            order by later.as_of desc
            limit 1
        ) as within_night,
        (
            select later.night_id
            from standing as later
            where later.as_of >= made.as_of + made.horizon_days
            order by later.as_of asc
            limit 1
        ) as after_night
    from standing as made
)

select
    s.person_id,
    s.as_of,
    s.churn_probability,
    s.churn_model,
    l.horizon_ends_on,
    case
        when soon.last_purchase_on > s.as_of then false
        when late.last_purchase_on <= s.as_of then true
    end as has_churned,
    cast(s.person_id as text) as person_key
from looked_at as l
inner join features.customer_scores as s on l.night_id = s.night_id
left join features.customer_features as soon
    on l.within_night = soon.night_id and s.person_id = soon.person_id
left join features.customer_features as late
    on l.after_night = late.night_id and s.person_id = late.person_id
where s.churn_probability is not null;
comment on view marts.churn_outcomes is 'Each churn prediction beside what happened: false as soon as the person buys within the horizon, true once it has ended without, null until then.';
comment on column marts.churn_outcomes.person_id is 'The person.';
comment on column marts.churn_outcomes.as_of is 'The night that predicted.';
comment on column marts.churn_outcomes.churn_probability is 'What it predicted: the probability of no purchase up to horizon_ends_on.';
comment on column marts.churn_outcomes.churn_model is 'Id of the churn model in ops.model_versions.';
comment on column marts.churn_outcomes.horizon_ends_on is 'as_of + churn_horizon_days of models.yml, as the night was built with.';
comment on column marts.churn_outcomes.has_churned is 'Whether no purchase came; null while that is open, no night was published that tells, or the person was merged into another.';
comment on column marts.churn_outcomes.person_key is 'The person_id as text, for tools that round large numbers; join by either.';
