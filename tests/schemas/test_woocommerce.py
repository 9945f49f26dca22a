"""WooCommerce orders: lines and refunds are arrays, a status says whether an order counts."""

import json
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from tests.support import schema_shops
from tests.support.json_api import as_json, served
from tests.support.shop import Shop

NOT_COUNTED = ("pending", "on-hold", "cancelled", "failed")


@pytest.fixture
def shop(new_shop) -> Shop:
    return schema_shops.built(new_shop, "woocommerce")


def counting(rows=None):
    rows = rows or schema_shops.rows("woocommerce")
    return [row for row in rows if row["status"] not in NOT_COUNTED and row["date_created_gmt"]]


def expected_of(rows):
    """Return per customer_id, else as a guest, the orders and the money."""
    orders, spend = defaultdict(set), Counter()
    for row in rows:
        who = str(row["customer_id"]) if row["customer_id"] else row["billing"]["email"].lower()
        for line in row["line_items"]:
            if who and line["total"] != "twelve":
                orders[who].add(row["id"])
                spend[who] += Decimal(line["total"])
        for refund in row["refunds"]:
            spend[who] += Decimal(refund["total"])
    return {who: (len(orders[who]), spend[who]) for who in orders}


def seen_in(shop: Shop):
    return sorted(schema_shops.people(shop, "order_count", "spend_amount").values())


def test_paid_orders_count_with_their_lines_and_refunds(shop):
    expected = expected_of(counting())
    found = schema_shops.people(shop, "order_count", "spend_amount")
    assert sorted(found.values()) == sorted(expected.values())
    assert {name: found[name] for name in found if name.isdigit()} == {
        who: expected[who] for who in expected if who.isdigit()
    }


def test_a_guest_has_no_customer_ref(shop):
    found = shop.query("select distinct customer_ref from staging.order_lines")
    refs = {str(row["customer_id"]) for row in counting() if row["customer_id"]}
    assert {row["customer_ref"] for row in found} <= refs | {None}
    assert "0" not in refs


def test_what_has_no_amount_or_no_day_lies_in_quarantine(shop):
    assert schema_shops.rejected(shop) == {"shop_order_lines": 2}


def test_an_order_that_is_cancelled_later_takes_its_lines_and_refunds_along(shop):
    rows = schema_shops.rows("woocommerce")
    changed = [row | {"status": "cancelled"} for row in rows if row["id"] == 729]
    path = shop.home / "in" / "later.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in changed), encoding="utf-8")
    shop.night(schema_shops.AS_OF)
    kept = [row for row in rows if row["id"] != 729]
    assert seen_in(shop) == sorted(expected_of(counting(kept)).values())


def test_the_same_orders_asked_of_the_api_are_the_same_people(new_shop):
    shop = new_shop()
    rows = schema_shops.rows("woocommerce")
    with served(
        lambda _, request: as_json(rows if request.parameters["page"] == "1" else [])
    ) as api:
        pages = {"page": "page", "size": 100}
        entry = {
            "schema": "woocommerce",
            "kind": "http",
            "url": f"{api.url}/orders",
            "pages": pages,
        }
        shop.configure("sources", {"sources": {"shop": entry}})
        shop.night(schema_shops.AS_OF)
    assert seen_in(shop) == sorted(expected_of(counting()).values())
