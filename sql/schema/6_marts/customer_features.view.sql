-- What each person had done by the end of each published night's day.
-- grain: person_id, as_of
create or replace view marts.customer_features as
select
    f.person_id,
    f.as_of,
    f.customer_refs,
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
    cast(f.person_id as text) as person_key
from features.customer_features as f
inner join ops.published as p on f.night_id = p.night_id
where p.replaced_at is null and p.retired_at is null;
comment on view marts.customer_features is 'What each person had done by the end of the day as_of: RFM, behaviour, engagement.';
comment on column marts.customer_features.person_id is 'The person; stable across nights, merges keep the older id.';
comment on column marts.customer_features.as_of is 'Business day, inclusive.';
comment on column marts.customer_features.customer_refs is 'The customer_refs that are this person, sorted; empty for guests.';
comment on column marts.customer_features.first_purchase_on is 'Day of the first purchase.';
comment on column marts.customer_features.last_purchase_on is 'Day of the last purchase; a return is none.';
comment on column marts.customer_features.recency_days is 'as_of - last_purchase_on; null without a purchase.';
comment on column marts.customer_features.tenure_days is 'as_of - first_purchase_on; null without a purchase.';
comment on column marts.customer_features.order_count is 'Purchases: orders whose lines with quantity > 0 add up to more than 0.';
comment on column marts.customer_features.spend_amount is 'Sum of all net amounts, returns included.';
comment on column marts.customer_features.order_count_7d is 'Purchases in the 7 days that end with as_of.';
comment on column marts.customer_features.spend_amount_7d is 'Net amounts dated in the 7 days that end with as_of.';
comment on column marts.customer_features.order_count_30d is 'Purchases in the 30 days that end with as_of.';
comment on column marts.customer_features.spend_amount_30d is 'Net amounts dated in the 30 days that end with as_of.';
comment on column marts.customer_features.order_count_90d is 'Purchases in the 90 days that end with as_of.';
comment on column marts.customer_features.spend_amount_90d is 'Net amounts dated in the 90 days that end with as_of.';
comment on column marts.customer_features.order_count_365d is 'Purchases in the 365 days that end with as_of.';
comment on column marts.customer_features.spend_amount_365d is 'Net amounts dated in the 365 days that end with as_of.';
comment on column marts.customer_features.average_order_amount is 'spend_amount / order_count.';
comment on column marts.customer_features.interpurchase_days is '(last - first purchase day) / (distinct purchase days - 1).';
comment on column marts.customer_features.return_share is 'Net of returned lines / net of bought lines, 0 to 1.';
comment on column marts.customer_features.discount_share is 'Discount / (net + discount) over bought lines, 0 to 1.';
comment on column marts.customer_features.category_count is 'Distinct product categories bought; null without a product catalogue.';
comment on column marts.customer_features.top_category is 'Category with the most spend, ties by name.';
comment on column marts.customer_features.session_count_30d is 'Sessions begun in the last 30 days; null without web events.';
comment on column marts.customer_features.product_view_count_30d is 'Product views of those sessions.';
comment on column marts.customer_features.cart_add_count_30d is 'Additions to a cart in those sessions.';
comment on column marts.customer_features.abandoned_cart_count_30d is 'Those sessions with a cart and no purchase within 24 hours.';
comment on column marts.customer_features.engagement_score is '0 to 100: capped, weighted counts of the last 30 days (settings.yml).';
comment on column marts.customer_features.rfm_recency is '1 to 5, 5 = bought most recently.';
comment on column marts.customer_features.rfm_frequency is '1 to 5, 5 = most purchases.';
comment on column marts.customer_features.rfm_monetary is '1 to 5, 5 = most spend.';
comment on column marts.customer_features.person_key is 'The person_id as text, for tools that round large numbers; join by either.';
