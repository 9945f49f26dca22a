-- What each person did on the web in the 30 days that end with :as_of.
-- grain: person_id
-- reads: sessions, orders
with recent as (
    select *
    from sessions
    where started_on > cast(:as_of as date) - 30
),

bought as (
    select distinct r.person_id, r.source, r.session_key
    from recent as r
    inner join orders as p on r.person_id = p.person_id and p.is_purchase
    where
        r.cart_add_count > 0
        and case
            when r.has_time = 1 and p.has_time = 1
                then
                    p.purchased_at > r.cart_added_at
                    and p.purchased_at <= r.cart_added_at + interval '24 hours'
            else p.purchased_on between r.cart_added_on and r.cart_added_on + 1
        end
)

select
    r.person_id,
    count(*) as session_count_30d,
    cast(sum(r.product_view_count) as int) as product_view_count_30d,
    cast(sum(r.cart_add_count) as int) as cart_add_count_30d,
    count(case when r.cart_add_count > 0 and b.session_key is null then 1 end)
        as abandoned_cart_count_30d
from recent as r
left join bought as b
    on r.person_id = b.person_id and r.source = b.source and r.session_key = b.session_key
group by r.person_id
