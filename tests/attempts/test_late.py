"""Late and corrected data: the next night is right at once, and every cell of everybody in it.

Each story brings one change after a first night, so that the second has a night to copy from. What
it publishes is held against the oracle, which reads the files, and against a rebuild in full; the
first night stands as it was until it is built anew, and then it too is what the files say.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.oracle.people import first_63_bits
from tests.support.kill_child import rows_of
from tests.support.late_arrivals import (
    AFTER,
    CLUB,
    GOODS,
    M1,
    NEXT,
    WEIGHTS,
    Late,
    card,
    seen,
    sold,
    with_a_past,
)
from tests.support.orders import D
from tests.support.shop import Shop


@pytest.fixture
def late(new_shop: Callable[..., Shop]) -> Late:
    engagement = {name: {"weight": weight, "cap": cap} for name, (weight, cap) in WEIGHTS.items()}
    return with_a_past(new_shop(engagement=engagement))


def an_order_of_three_weeks_ago(late: Late) -> None:
    late.send("till", sold("late", 21, "c9", "30.00"))


def a_price_is_corrected(late: Late) -> None:
    late.send("till", sold("o3-x", 1, "c3", "35.98"))


def a_line_was_somebody_elses(late: Late) -> None:
    late.send("till", sold("o3-x", 1, "c9", "45.98"))


def a_day_is_corrected_out_of_the_window(late: Late) -> None:
    late.send("till", sold("o3-x", 40, "c3", "45.98"))


def an_order_again_and_shorter(late: Late) -> None:
    late.send("market", M1[1])


def an_order_again_with_one_price_corrected(late: Late) -> None:
    late.send("market", M1[0], {**M1[1], "net_amount": "18.00"}, M1[2])


def a_line_is_deleted(late: Late) -> None:
    late.send("till", {**sold("o3-x", 1, "c3", "45.98"), "gone": "true"})


def a_product_changes_category(late: Late) -> None:
    late.send("goods", {"product_ref": "p1", "category": "herbs"}, GOODS[1])


def a_product_is_no_longer_in_the_list(late: Late) -> None:
    late.send("goods", GOODS[1])


def a_login_of_last_week_names_a_visitor(late: Late) -> None:
    late.send("web", seen(5, 4, "login", "v1", "c1"))


def a_member_is_no_longer_in_the_list(late: Late) -> None:
    late.send("club", *CLUB[1:])


CHANGES: dict[Callable[[Late], None], tuple[str, str, Any, Any]] = {
    an_order_of_three_weeks_ago: ("c9", "order_count", 0, 1),
    a_price_is_corrected: ("c3", "spend_amount_7d", None, None),
    a_line_was_somebody_elses: ("c9", "last_purchase_on", None, D - timedelta(days=1)),
    a_day_is_corrected_out_of_the_window: ("c3", "order_count_30d", 4, 3),
    an_order_again_and_shorter: ("c4", "spend_amount_7d", None, None),
    an_order_again_with_one_price_corrected: ("c4", "spend_amount_365d", None, None),
    a_line_is_deleted: ("c3", "order_count", 4, 3),
    a_product_changes_category: ("c1", "top_category", "tea", "herbs"),
    a_product_is_no_longer_in_the_list: ("c1", "top_category", "tea", None),
    a_login_of_last_week_names_a_visitor: ("c1", "cart_add_count_30d", 0, 1),
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_next_night_is_right_at_once(late, change):
    who, column, before, after = CHANGES[change]
    then, kept = late.published(D), rows_of(late.shop, D)
    change(late)
    night_id = late.shop.night(NEXT)
    [night] = late.shop.query("select previous from ops.nights where night_id = :n", n=night_id)
    assert night["previous"] == 1, "the second night copies from the first"
    late.is_right(NEXT)
    now = late.published(NEXT)
    if (before, after) != (None, None):
        assert (then[who][column], now[who][column]) == (before, after)
    assert now[who][column] != then[who][column]
    assert rows_of(late.shop, D) == kept, "what was published stands"
    late.shop.night(D)
    late.is_right(D)
    assert rows_of(late.shop, D) != kept


def test_the_amounts_of_corrected_and_shortened_orders_are_exact(late):
    a_price_is_corrected(late)
    an_order_again_and_shorter(late)
    before = late.published(D)
    late.shop.night(NEXT)
    now = late.published(NEXT)
    spent = {who: now[who]["spend_amount"] - before[who]["spend_amount"] for who in ("c3", "c4")}
    assert spent == {"c3": -10, "c4": -16}
    assert {before[who]["spend_amount"] - row["spend_amount"] for who, row in now.items()
            if who not in spent} == {0}  # fmt: skip


def test_records_merge_and_the_younger_leaves_its_segments_as_merged(late):
    before = late.published(D)
    late.send("crm", card("c5", email="c1@example.org", updated_at="2026-11-21"))
    late.shop.night(NEXT)
    late.is_right(NEXT)
    now = late.published(NEXT)
    assert now["c1 c5"]["person_id"] == before["c1"]["person_id"]
    assert now["c1 c5"]["order_count"] == before["c1"]["order_count"] + before["c5"]["order_count"]
    left = late.shop.query(
        "select distinct person_id, reason from ops.segment_ledger"
        " where as_of = :day and change = 'left'",
        day=NEXT,
    )
    assert left == [{"person_id": before["c5"]["person_id"], "reason": "merged"}]
    assert late.published(D) == before


def test_after_a_split_each_part_has_the_id_it_would_have_had(late):
    before, kept = late.published(D), rows_of(late.shop, D)
    assert before["c6 c7"]["person_id"] == first_63_bits("shared\x1fc6")
    late.send("crm", card("c7", updated_at="2026-11-21"))
    late.shop.night(NEXT)
    late.is_right(NEXT)
    now = late.published(NEXT)
    ids = [now[ref]["person_id"] for ref in ("c6", "c7")]
    assert ids == [first_63_bits(f"shared\x1f{ref}") for ref in ("c6", "c7")]
    assert rows_of(late.shop, D) == kept
    late.shop.night(D)  # attributes are as known now, whatever the day
    late.is_right(D)
    assert set(late.published(D)) == set(before) - {"c6 c7"} | {"c6", "c7"}


def test_who_leaves_a_full_list_takes_his_links_with_him(late):
    before = late.published(D)
    assert {"m1", "c8 m2", "m3"} <= set(before)
    late.send("club", CLUB[2])  # m1 was known there alone, m2 was the same person as c8
    late.shop.night(NEXT)
    late.is_right(NEXT)
    now = late.published(NEXT)
    assert set(now) == set(before) - {"m1", "c8 m2"} | {"c8"}
    assert now["c8"]["person_id"] == before["c8 m2"]["person_id"]
    late.send("club", *CLUB)  # the same list as at first
    late.shop.night(AFTER)
    late.is_right(AFTER)
    again = late.published(AFTER)
    assert {who: row["person_id"] for who, row in again.items()} == {
        who: row["person_id"] for who, row in before.items()
    }


def test_a_deleted_customer_keeps_orders_loses_links_and_may_come_back(late):
    deleted = {"customer_ref": "c6", "gone": "true"}  # a deletion needs its key alone
    before = late.published(D)
    late.send("crm", deleted, {**deleted, "customer_ref": "c9"})
    late.shop.night(NEXT)
    late.is_right(NEXT)
    now = late.published(NEXT)
    assert "c9" not in now, "nothing else was known of c9"
    assert (now["c6"]["order_count"], now["c7"]["order_count"]) == (3, 3)
    late.send("crm", card("c6", email="both@example.org"), card("c9"))
    late.shop.night(AFTER)
    late.is_right(AFTER)
    back = late.published(AFTER)
    assert back["c6 c7"]["person_id"] == before["c6 c7"]["person_id"]
    assert back["c9"]["person_id"] == before["c9"]["person_id"]


def test_a_deleted_line_and_event_come_back_as_they_were(late):
    gone = sold("o3-x", 1, "c3", "45.98"), seen(4, 9, "cart_add", "v3", "c3")
    before = late.published(D)["c3"]
    late.send("till", {**gone[0], "gone": "true"})
    late.send("web", {**gone[1], "gone": "true"})
    late.shop.night(NEXT)
    late.is_right(NEXT)
    now = late.published(NEXT)["c3"]
    assert (now["order_count"], now["cart_add_count_30d"]) == (3, 0)
    late.send("till", gone[0])
    late.send("web", gone[1])
    late.shop.night(AFTER)
    late.is_right(AFTER)
    back = late.published(AFTER)["c3"]
    assert (back["spend_amount"], back["cart_add_count_30d"]) == (before["spend_amount"], 1)


def test_everything_at_once_after_nights_that_never_ran(late):
    for change in CHANGES:
        if change is not a_product_is_no_longer_in_the_list:
            change(late)
    late.shop.night(AFTER)
    late.is_right(AFTER)
    late.shop.night(NEXT)  # the gap, filled later
    late.is_right(NEXT)
