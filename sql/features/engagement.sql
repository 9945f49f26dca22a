-- How engaged each person was in the last 30 days: 100 * sum(w * min(count, cap) / cap) / sum(w).
-- grain: person_id
-- reads: person_counts
-- Weights and caps are bound from settings.yml; a count without a weight, or of an entity without a
-- source, is bound with weight 0.
select
    person_id,
    100 * (
        :order_count_weight * least(order_count_30d, :order_count_cap) / :order_count_cap
        + :session_count_weight * least(session_count_30d, :session_count_cap) / :session_count_cap
        + :product_view_count_weight * least(product_view_count_30d, :product_view_count_cap)
        / :product_view_count_cap
        + :cart_add_count_weight * least(cart_add_count_30d, :cart_add_count_cap)
        / :cart_add_count_cap
        + :abandoned_cart_count_weight * least(abandoned_cart_count_30d, :abandoned_cart_count_cap)
        / :abandoned_cart_count_cap
    ) / :weight_sum as engagement_score
from person_counts
where :weight_sum > 0
