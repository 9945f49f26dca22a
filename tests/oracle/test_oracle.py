"""The oracle's own claims about what people bought and did, each on a story computed by hand."""

from datetime import date
from decimal import Decimal

import pytest

from .features import COLUMNS
from .rfm import cut_points, fifth_of
from .stories import event, line, one, tell


def test_the_columns_are_those_of_the_contract():
    assert list(tell([line("1", "11-20")]).columns) == COLUMNS
    assert len(COLUMNS) == 32


def test_a_return_lowers_spend_on_its_own_day_but_is_no_purchase():
    person = one(line("1", "11-20", "40"), line("2", "11-28", "-10", "-1"))
    assert (person.order_count, person.spend_amount, person.recency_days) == (1, 30, 10)
    assert (person.spend_amount_7d, person.order_count_7d) == (-10, 0)
    assert person.return_share == 0.25
    assert person.average_order_amount == 30.0


def test_an_order_of_nothing_is_no_purchase():
    person = one(line("1", "11-20", "0"))
    assert (person.order_count, person.spend_amount) == (0, Decimal("0.00"))
    assert person.category_count == 0
    assert person.return_share is None
    for name in ("first_purchase_on", "recency_days", "tenure_days", "average_order_amount"):
        assert person[name] is None
    assert person.rfm_recency is person.rfm_frequency is person.rfm_monetary is None


def test_pieces_per_order_are_those_bought_with_purchases():
    told = [line("1", "11-01", "5", "2"), line("1", "11-02", "5", "1"), line("2", "11-03")]
    told += [line("1", "11-04", "-5", "-2"), line("3", "11-05", "0", "7")]
    assert one(*told).average_items_per_order == 2.0
    assert one(line("1", "11-01", "0")).average_items_per_order is None


def test_a_line_of_quantity_zero_counts_in_money_only():
    person = one(line("1", "11-20", "10"), line("2", "11-22", "-2", "0"))
    assert (person.order_count, person.spend_amount, person.return_share) == (1, 8, 0.0)
    assert person.last_purchase_on == date(2026, 11, 20)


def test_a_window_of_30_days_ends_with_as_of():
    person = one(line("1", "10-31"), line("2", "11-01"), line("3", "11-30"), line("4", "12-01"))
    assert (person.order_count, person.order_count_30d, person.order_count_7d) == (3, 2, 1)
    assert (person.spend_amount, person.spend_amount_30d, person.spend_amount_90d) == (30, 20, 30)


def test_interpurchase_days_counts_distinct_days():
    person = one(line("1", "11-01"), line("2", "11-01"), line("3", "11-05"), line("4", "11-11"))
    assert (person.interpurchase_days, person.tenure_days, person.recency_days) == (5.0, 29, 19)
    assert one(line("1", "11-01"), line("2", "11-01")).interpurchase_days is None


def test_an_order_is_dated_by_its_first_line_of_goods():
    coupon = line("1", "11-01", "-1", "0")
    person = one(coupon, line("1", "11-03"), line("1", "11-02"))
    assert (person.first_purchase_on, person.order_count) == (date(2026, 11, 2), 1)


def test_the_same_order_number_in_two_sources_is_two_orders():
    assert one(line("1", "11-01"), line("1", "11-01", source="till")).order_count == 2


def test_discount_share_is_of_what_the_goods_would_have_cost():
    off = {"discount_amount": Decimal("5")}
    returned = line("2", "11-02", "-9", "-1", **off)
    person = one(line("1", "11-01", "15", **off), line("1", "11-01", "5"), returned)
    assert person.discount_share == 5 / 25
    assert one(line("1", "11-01", "0")).discount_share is None


def test_top_category_is_by_spend_then_by_name_and_unknown_products_do_not_count():
    goods = [("p", "tea"), ("q", "coffee"), ("r", None)]
    products = [{"source": "shop", "product_ref": p, "category": c} for p, c in goods]
    lines = [line("1", "11-01", "5", product_ref=p) for p in ("p", "q")]
    lines += [line("1", "11-01", "99", product_ref=p) for p in ("r", "x", None)]
    person = one(*lines, products=products)
    assert (person.category_count, person.top_category) == (2, "coffee")
    richer = one(*lines, line("2", "11-02", "0.01", product_ref="p"), products=products)
    assert richer.top_category == "tea"
    unsourced = one(*lines, products=None)
    assert unsourced.category_count is None
    assert unsourced.top_category is None


def test_thirty_minutes_of_silence_keep_a_session_and_more_break_it():
    times = ["11-20 10:00", "11-20 10:30", "11-20 11:01"]
    events = [event("product_view", t, customer_ref="A", visitor_ref="v") for t in times]
    events.append(event("mail_opened", "11-20 10:45", customer_ref="A", visitor_ref="v"))
    person = one(events=events)
    assert (person.session_count_30d, person.product_view_count_30d) == (2, 3)


def test_a_session_ref_holds_a_session_together_and_its_first_event_dates_it():
    told = {"customer_ref": "A", "session_ref": "s"}
    added = event("cart_add", "11-01 09:00", **told)
    started_before = [event("login", "10-31 23:00", **told), added]
    assert one(events=started_before).session_count_30d == 0
    assert one(events=started_before).cart_add_count_30d == 0
    within = [event("login", "11-01 00:01", **told), added]
    assert (one(events=within).session_count_30d, one(events=within).cart_add_count_30d) == (1, 1)


@pytest.mark.parametrize(
    ("bought", "abandoned"),
    [
        ("11-20 09:00", 1),
        ("11-20 10:00", 1),
        ("11-20 10:01", 0),
        ("11-21 10:00", 0),
        ("11-21 10:01", 1),
    ],
)
def test_a_cart_is_abandoned_without_a_purchase_after_it_within_24_hours(bought, abandoned):
    cart = event("cart_add", "11-20 10:00", customer_ref="A")
    assert one(line("1", bought), events=[cart]).abandoned_cart_count_30d == abandoned


DAYS = [("11-19", 1), ("11-20", 0), ("11-21", 0), ("11-22", 1)]


@pytest.mark.parametrize(("bought", "abandoned"), DAYS)
def test_where_only_days_are_known_the_same_or_next_day_answers_a_cart(bought, abandoned):
    cart = event("cart_add", "11-20 10:00", customer_ref="A")
    assert one(line("1", bought), events=[cart]).abandoned_cart_count_30d == abandoned


def test_a_purchase_after_as_of_does_not_yet_answer_a_cart():
    cart = event("cart_add", "11-30 20:00", customer_ref="A")
    story = {"lines": [line("1", "12-01 08:00")], "events": [cart]}
    assert tell(**story).iloc[0].abandoned_cart_count_30d == 1
    assert tell(**story, as_of=date(2026, 12, 1)).iloc[0].abandoned_cart_count_30d == 0


def test_engagement_is_the_weighted_mean_of_capped_counts():
    events = [event("login", f"11-{day} 10:00", customer_ref="A") for day in range(10, 15)]
    orders = [line(str(day), f"11-{day}") for day in (10, 11, 12)]
    assert one(*orders, events=events).engagement_score == 100 * (1 * 5 / 10 + 3 * 1) / 4


def test_web_columns_are_null_without_a_source_and_zero_without_a_visit():
    silent, unsourced = one(line("1", "11-20")), one(line("1", "11-20"), events=None)
    assert (silent.session_count_30d, silent.abandoned_cart_count_30d) == (0, 0)
    assert silent.engagement_score == 100 * (3 * 1 / 2) / 4
    assert unsourced.session_count_30d is None
    assert unsourced.engagement_score == 100 * 1 / 2  # of orders alone


def test_rfm_counts_the_discrete_cut_points_strictly_below():
    assert cut_points(range(1, 11)) == [2, 4, 6, 8]
    assert cut_points([7, 1, 3]) == [1, 3, 3, 7]
    assert [fifth_of(value, [1, 3, 3, 7]) for value in (1, 3, 7, 8)] == [1, 2, 4, 5]


def test_rfm_gives_the_most_recent_five_and_equal_values_one_score():
    days = {"A": 1, "B": 2, "C": 3, "D": 4, "E": 4}
    lines = [line(ref, f"11-1{n}", str(n), customer_ref=ref) for ref, n in days.items()]
    found = tell([*lines, line("X", "11-20", "0", customer_ref="X")])  # X bought nothing
    found = found.assign(ref=[refs[0] for refs in found.customer_refs]).set_index("ref")
    # days ago 19 18 17 16 16: cut points 16 16 17 18; spend 1 2 3 4 4: cut points 1 2 3 4
    assert list(found.rfm_recency[list("ABCDE")]) == [1, 2, 3, 5, 5]
    assert list(found.rfm_monetary[list("ABCDE")]) == [1, 2, 3, 4, 4]
    assert list(found.rfm_frequency[list("ABCDE")]) == [1, 1, 1, 1, 1]
    assert found.rfm_recency["X"] is None


def test_money_is_exact():
    person = one(*(line(str(n), "11-20", "0.1") for n in range(3)), line("9", "11-20", "0.0001"))
    assert person.spend_amount == Decimal("0.3001")
    with pytest.raises(ValueError, match="finer"):
        one(line("1", "11-20", "0.00001"))
