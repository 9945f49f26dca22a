-- What each person had done by the end of :as_of: the one statement people write for it.
-- grain: person_id
-- reads: plain.people, plain.order_lines, plain.events, plain.products
with purchases as (
    select
        person_id, source, order_id,
        min(ordered_on) filter (where quantity > 0) as purchased_on,
        min(ordered_at) filter (where quantity > 0) as purchased_at
    from plain.order_lines
    where ordered_on <= cast(:as_of as date)
    group by person_id, source, order_id
    having sum(net_amount) filter (where quantity > 0) > 0
),

bought as (
    select
        person_id,
        min(purchased_on) as first_purchase_on,
        max(purchased_on) as last_purchase_on,
        cast(:as_of as date) - max(purchased_on) as recency_days,
        cast(:as_of as date) - min(purchased_on) as tenure_days,
        count(*) as order_count,
        count(*) filter (where purchased_on > cast(:as_of as date) - 7) as order_count_7d,
        count(*) filter (where purchased_on > cast(:as_of as date) - 30) as order_count_30d,
        count(*) filter (where purchased_on > cast(:as_of as date) - 90) as order_count_90d,
        count(*) filter (where purchased_on > cast(:as_of as date) - 365) as order_count_365d,
        cast(max(purchased_on) - min(purchased_on) as float)
        / nullif(count(distinct purchased_on) - 1, 0) as interpurchase_days
    from purchases
    group by person_id
),

spent as (
    select
        person_id,
        sum(net_amount) as spend_amount,
        sum(net_amount) filter (where ordered_on > cast(:as_of as date) - 7) as spend_amount_7d,
        sum(net_amount) filter (where ordered_on > cast(:as_of as date) - 30) as spend_amount_30d,
        sum(net_amount) filter (where ordered_on > cast(:as_of as date) - 90) as spend_amount_90d,
        sum(net_amount) filter (where ordered_on > cast(:as_of as date) - 365) as spend_amount_365d,
        cast(-sum(net_amount) filter (where quantity < 0) as float)
        / nullif(sum(net_amount) filter (where quantity > 0), 0) as return_share,
        cast(sum(discount_amount) filter (where quantity > 0) as float)
        / nullif(sum(net_amount + discount_amount) filter (where quantity > 0), 0)
            as discount_share
    from plain.order_lines
    where ordered_on <= cast(:as_of as date)
    group by person_id
),

categories as (
    select person_id, count(*) as category_count, max(category) filter (where place = 1) as top
    from (
        select
            l.person_id,
            p.category,
            row_number() over (
                partition by l.person_id order by sum(l.net_amount) desc, p.category
            ) as place
        from plain.order_lines as l
        inner join purchases as o using (person_id, source, order_id)
        inner join plain.products as p on l.product_ref = p.product_ref
        where l.ordered_on <= cast(:as_of as date) and l.quantity > 0
        group by l.person_id, p.category
    ) as ranked
    group by person_id
),

visits as (
    select
        *,
        sum(is_new) over (
            partition by person_id, source, session_ref, visitor_ref order by occurred_at
        ) as visit
    from (
        select
            *,
            case
                when session_ref is null and occurred_at - lag(occurred_at) over (
                    partition by person_id, source, session_ref, visitor_ref order by occurred_at
                ) > interval '30 minutes' then 1
                else 0
            end as is_new
        from plain.events
        where occurred_on between cast(:as_of as date) - 30 and cast(:as_of as date)
    ) as gaps
),

sessions as (
    select
        person_id,
        row_number() over () as number,
        min(occurred_on) as started_on,
        count(*) filter (where event_type = 'product_view') as product_view_count,
        count(*) filter (where event_type = 'cart_add') as cart_add_count,
        min(occurred_at) filter (where event_type = 'cart_add') as cart_added_at
    from visits
    group by
        person_id, source, session_ref,
        case when session_ref is null then visitor_ref end, visit
),

answered as (
    select distinct s.number
    from sessions as s
    inner join purchases as p
        on
            s.person_id = p.person_id
            and p.purchased_at > s.cart_added_at
            and p.purchased_at <= s.cart_added_at + interval '24 hours'
),

web as (
    select
        s.person_id,
        count(*) as session_count_30d,
        sum(s.product_view_count) as product_view_count_30d,
        sum(s.cart_add_count) as cart_add_count_30d,
        count(*) filter (where s.cart_add_count > 0 and a.number is null)
            as abandoned_cart_count_30d
    from sessions as s
    left join answered as a on s.number = a.number
    where s.started_on > cast(:as_of as date) - 30
    group by s.person_id
),

cuts as (
    select
        percentile_disc(array[0.2, 0.4, 0.6, 0.8]) within group (order by recency_days) as recency,
        percentile_disc(array[0.2, 0.4, 0.6, 0.8]) within group (order by order_count) as frequency,
        percentile_disc(array[0.2, 0.4, 0.6, 0.8]) within group (order by spend_amount) as monetary
    from bought
    inner join spent using (person_id)
)

select
    people.*,
    b.first_purchase_on, b.last_purchase_on, b.recency_days, b.tenure_days,
    coalesce(b.order_count, 0) as order_count,
    coalesce(s.spend_amount, 0) as spend_amount,
    coalesce(b.order_count_7d, 0) as order_count_7d,
    coalesce(s.spend_amount_7d, 0) as spend_amount_7d,
    coalesce(b.order_count_30d, 0) as order_count_30d,
    coalesce(s.spend_amount_30d, 0) as spend_amount_30d,
    coalesce(b.order_count_90d, 0) as order_count_90d,
    coalesce(s.spend_amount_90d, 0) as spend_amount_90d,
    coalesce(b.order_count_365d, 0) as order_count_365d,
    coalesce(s.spend_amount_365d, 0) as spend_amount_365d,
    cast(s.spend_amount as float) / b.order_count as average_order_amount,
    b.interpurchase_days, s.return_share, s.discount_share,
    coalesce(c.category_count, 0) as category_count,
    c.top as top_category,
    coalesce(w.session_count_30d, 0) as session_count_30d,
    coalesce(w.product_view_count_30d, 0) as product_view_count_30d,
    coalesce(w.cart_add_count_30d, 0) as cart_add_count_30d,
    coalesce(w.abandoned_cart_count_30d, 0) as abandoned_cart_count_30d,
    100 * (
        :order_count_weight * least(coalesce(b.order_count_30d, 0), :order_count_cap)
        / :order_count_cap
        + :session_count_weight * least(coalesce(w.session_count_30d, 0), :session_count_cap)
        / :session_count_cap
        + :product_view_count_weight
        * least(coalesce(w.product_view_count_30d, 0), :product_view_count_cap)
        / :product_view_count_cap
        + :cart_add_count_weight * least(coalesce(w.cart_add_count_30d, 0), :cart_add_count_cap)
        / :cart_add_count_cap
    ) / :weight_sum as engagement_score,
    5 - width_bucket(b.recency_days - 1, cuts.recency) as rfm_recency,
    1 + width_bucket(b.order_count - 1, cuts.frequency) as rfm_frequency,
    case
        when b.person_id is not null
            then 1 + (select count(*) from unnest(cuts.monetary) as cut where cut < s.spend_amount)
    end as rfm_monetary
from plain.people
left join bought as b using (person_id)
left join spent as s using (person_id)
left join categories as c using (person_id)
left join web as w using (person_id)
cross join cuts
