"""REES46: one file of events is events, orders and products."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.support import schema_shops

TYPES = {"view": "product_view", "cart": "cart_add", "remove_from_cart": "cart_remove"}


@pytest.fixture
def shop(new_shop):
    return schema_shops.built(new_shop, "rees46")


def at(row) -> datetime | None:
    try:
        return datetime.strptime(row["event_time"], "%Y-%m-%d %H:%M:%S UTC")  # noqa: DTZ007
    except ValueError:
        return None


def bought(rows):
    return [
        row
        for row in rows
        if row["event_type"] == "purchase" and row["user_session"] and row["price"] and at(row)
    ]


def test_purchases_of_a_session_are_an_order_and_everything_else_is_behaviour(shop):
    rows = schema_shops.rows("rees46")
    orders, spend, seen = defaultdict(set), Counter(), Counter()
    for row in bought(rows):
        orders[row["user_id"]].add(row["user_session"])
        spend[row["user_id"]] += Decimal(row["price"])
    sessions, abandoned = defaultdict(set), Counter()
    for row in filter(at, rows):
        if row["event_type"] in TYPES:
            sessions[row["user_id"]].add(row["user_session"])
        seen[row["user_id"], row["event_type"]] += 1
    for who in sessions:
        for session in sessions[who]:
            carts = [
                at(r) for r in rows if r["user_session"] == session and r["event_type"] == "cart"
            ]
            later = [
                r
                for r in bought(rows)
                if r["user_id"] == who
                and any(timedelta() < at(r) - cart <= timedelta(days=1) for cart in carts)
            ]
            abandoned[who] += bool(carts) and not later
    expected = {
        who: (
            len(orders[who]),
            spend[who],
            len(sessions[who]),
            seen[who, "view"],
            seen[who, "cart"],
            abandoned[who],
        )
        for who in {row["user_id"] for row in rows}
    }
    assert (
        schema_shops.people(
            shop,
            "order_count",
            "spend_amount",
            "session_count_30d",
            "product_view_count_30d",
            "cart_add_count_30d",
            "abandoned_cart_count_30d",
        )
        == expected
    )


def test_what_is_no_order_or_no_instant_lies_in_quarantine(shop):
    assert schema_shops.rejected(shop) == {"shop_events": 1, "shop_order_lines": 2}


def test_a_type_that_is_not_ours_is_kept_uncounted(shop):
    found = shop.query("select event_type, count(*) as n from staging.events group by event_type")
    kept = {row["event_type"]: row["n"] for row in found}
    expected = Counter(
        TYPES.get(row["event_type"], row["event_type"])
        for row in schema_shops.rows("rees46")
        if at(row)
    )
    assert kept == expected


def test_the_last_row_about_a_product_is_the_product(shop):
    last = {row["product_id"]: row for row in schema_shops.rows("rees46")}
    found = shop.query(
        "select product_ref, category, brand from staging.products where batch_to > 1000000"
    )
    assert {row["product_ref"]: (row["category"], row["brand"]) for row in found} == {
        ref: (row["category_code"] or None, row["brand"] or None) for ref, row in last.items()
    }
    kept = shop.query("select distinct attributes from raw.products")
    assert kept == [{"attributes": None}]
