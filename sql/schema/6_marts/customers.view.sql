-- Everything known of each customer number by the newest published night, personal data apart.
-- grain: customer_ref, person_id
create or replace view marts.customers as
select
    each_ref.customer_ref,
    f.person_id,
    f.first_purchase_on,
    f.last_purchase_on,
    f.recency_days,
    f.tenure_days,
    f.order_count,
    f.spend_amount,
    f.order_count_7d,
    f.spend_amount_7d,
    f.order_count_30d,
    f.spend_amount_30d,
    f.order_count_90d,
    f.spend_amount_90d,
    f.order_count_365d,
    f.spend_amount_365d,
    f.average_order_amount,
    f.interpurchase_days,
    f.return_share,
    f.discount_share,
    f.category_count,
    f.top_category,
    f.session_count_30d,
    f.product_view_count_30d,
    f.cart_add_count_30d,
    f.abandoned_cart_count_30d,
    f.engagement_score,
    f.rfm_recency,
    f.rfm_frequency,
    f.rfm_monetary,
    s.segments,
    s.cluster,
    s.cluster_name,
    c.churn_probability,
    c.churn_reasons,
    f.as_of as last_updated,
    cast(f.person_id as text) as person_key
from features.customer_features as f
cross join lateral unnest(f.customer_refs) as each_ref (customer_ref)
left join features.customer_segments as s
    on f.night_id = s.night_id and f.person_id = s.person_id
left join features.customer_scores as c
    on f.night_id = c.night_id and f.person_id = c.person_id
where
    f.night_id = (
        select p.night_id
        from ops.published as p
        where p.replaced_at is null
        order by p.as_of desc
        limit 1
    );
comment on view marts.customers is 'A row per customer number by the newest published night: features, segments, cluster, score. A person of two numbers has two rows; a guest has none.';
comment on column marts.customers.customer_ref is 'The customer number, as the shop writes it.';
comment on column marts.customers.person_id is 'The person it is; count these, not the numbers.';
comment on column marts.customers.first_purchase_on is 'Day of the first purchase.';
comment on column marts.customers.last_purchase_on is 'Day of the last purchase; a return is none.';
comment on column marts.customers.recency_days is 'as_of - last_purchase_on; null without a purchase.';
comment on column marts.customers.tenure_days is 'as_of - first_purchase_on; null without a purchase.';
comment on column marts.customers.order_count is 'Purchases: orders whose lines with quantity > 0 add up to more than 0.';
comment on column marts.customers.spend_amount is 'Sum of all net amounts, returns included.';
comment on column marts.customers.order_count_7d is 'Purchases in the 7 days that end with as_of.';
comment on column marts.customers.spend_amount_7d is 'Net amounts dated in the 7 days that end with as_of.';
comment on column marts.customers.order_count_30d is 'Purchases in the 30 days that end with as_of.';
comment on column marts.customers.spend_amount_30d is 'Net amounts dated in the 30 days that end with as_of.';
comment on column marts.customers.order_count_90d is 'Purchases in the 90 days that end with as_of.';
comment on column marts.customers.spend_amount_90d is 'Net amounts dated in the 90 days that end with as_of.';
comment on column marts.customers.order_count_365d is 'Purchases in the 365 days that end with as_of.';
comment on column marts.customers.spend_amount_365d is 'Net amounts dated in the 365 days that end with as_of.';
comment on column marts.customers.average_order_amount is 'spend_amount / order_count.';
comment on column marts.customers.interpurchase_days is '(last - first purchase day) / (distinct purchase days - 1).';
comment on column marts.customers.return_share is 'Net of returned lines / net of bought lines, 0 to 1.';
comment on column marts.customers.discount_share is 'Discount / (net + discount) over bought lines, 0 to 1.';
comment on column marts.customers.category_count is 'Distinct product categories bought; null without a product catalogue.';
comment on column marts.customers.top_category is 'Category with the most spend, ties by name.';
comment on column marts.customers.session_count_30d is 'Sessions begun in the last 30 days; null without web events.';
comment on column marts.customers.product_view_count_30d is 'Product views of those sessions.';
comment on column marts.customers.cart_add_count_30d is 'Additions to a cart in those sessions.';
comment on column marts.customers.abandoned_cart_count_30d is 'Those sessions with a cart and no purchase within 24 hours.';
comment on column marts.customers.engagement_score is '0 to 100: capped, weighted counts of the last 30 days (settings.yml).';
comment on column marts.customers.rfm_recency is '1 to 5, 5 = bought most recently.';
comment on column marts.customers.rfm_frequency is '1 to 5, 5 = most purchases.';
comment on column marts.customers.rfm_monetary is '1 to 5, 5 = most spend.';
comment on column marts.customers.segments is 'Names of the segments whose condition holds, sorted; empty for none.';
comment on column marts.customers.cluster is 'As in customer_segments.';
comment on column marts.customers.cluster_name is 'What the cluster is like, in words.';
comment on column marts.customers.churn_probability is 'As in customer_scores; null for who is not scored.';
comment on column marts.customers.churn_reasons is 'As in customer_scores.';
comment on column marts.customers.last_updated is 'The business day the row is of: as_of of the newest published night.';
comment on column marts.customers.person_key is 'The person_id as text, for tools that round large numbers; join by either.';
