"""Shopify's orders export: the order's own columns stand on its first row only."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.support import schema_shops
from tests.support.shop import Shop

UNPAID = ("pending", "unpaid", "voided", "expired")


@pytest.fixture
def shop(new_shop) -> Shop:
    return schema_shops.built(new_shop, "shopify")


def orders():
    """The first row of every order that counts."""
    return [
        row
        for row in schema_shops.rows("shopify")
        if row["Financial Status"]
        and row["Financial Status"] not in UNPAID
        and not row["Cancelled at"]
        and row["Created at"].startswith("20")
    ]


def ordered_on(row) -> date:
    at = datetime.strptime(row["Created at"], "%Y-%m-%d %H:%M:%S %z")
    return at.astimezone(UTC).date()


def expected_of(rows):
    count, spend, first = Counter(), Counter(), defaultdict(lambda: date.max)
    for row in rows:
        who = row["Email"].lower()
        if who:
            count[who] += 1
            spend[who] += Decimal(row["Subtotal"]) - Decimal(row["Refunded Amount"])
            first[who] = min(first[who], ordered_on(row))
    return sorted((count[who], spend[who], first[who]) for who in count)


def seen_in(shop: Shop):
    return sorted(
        schema_shops.people(shop, "order_count", "spend_amount", "first_purchase_on").values()
    )


def test_spend_is_the_subtotal_less_what_was_refunded(shop):
    assert seen_in(shop) == expected_of(orders())


def test_every_line_of_an_order_has_its_day_and_its_person(shop):
    counting = {row["Name"]: row for row in orders()}
    lines = Counter(row["Name"] for row in schema_shops.rows("shopify") if row["Name"] in counting)
    found = shop.query(
        "select order_id, email, ordered_on, count(*) as n from staging.order_lines "
        "where source = 'shop_order_lines' group by order_id, email, ordered_on"
    )
    assert {(r["order_id"], r["email"], r["ordered_on"], r["n"]) for r in found} == {
        (name, row["Email"].lower() or None, ordered_on(row), lines[name])
        for name, row in counting.items()
    }


def test_what_was_refunded_is_the_share_that_came_back(shop):
    sold, returned = Counter(), Counter()
    for row in orders():
        sold[row["Email"].lower()] += Decimal(row["Subtotal"]) + Decimal(row["Discount Amount"])
        returned[row["Email"].lower()] += Decimal(row["Refunded Amount"])
    expected = [float(returned[who] / sold[who]) for who in sold if who]
    found = [share for (share,) in schema_shops.people(shop, "return_share").values()]
    assert sorted(found) == pytest.approx(sorted(expected))


def test_an_order_that_is_cancelled_in_a_later_export_no_longer_counts(shop):
    cancelled = {"Cancelled at": "2026-11-20 09:00:00 +0100", "Refunded Amount": "47.30"}
    again = [
        row | (cancelled if row["Name"] == "#1001" and row["Email"] else {})
        for row in schema_shops.rows("shopify")
    ]
    shop.write("in/shopify_2.csv", again)
    kept = [row for row in orders() if row["Name"] != "#1001"]
    shop.night(schema_shops.AS_OF)
    assert seen_in(shop) == expected_of(kept)


def test_the_same_orders_exported_again_count_once(shop):
    again = [
        row | {"Fulfillment Status": "fulfilled" if row["Financial Status"] else ""}
        for row in schema_shops.rows("shopify")
    ]
    shop.write("in/shopify_2.csv", again)
    shop.night(schema_shops.AS_OF)
    assert seen_in(shop) == expected_of(orders())
