"""GA4's nested export: events, purchases by their items, refunds by their value."""

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from tests.support import schema_shops

TYPES = {
    "page_view": "page_view",
    "view_item": "product_view",
    "add_to_cart": "cart_add",
    "remove_from_cart": "cart_remove",
    "begin_checkout": "checkout",
    "login": "login",
}


@pytest.fixture
def shop(new_shop):
    return schema_shops.built(new_shop, "ga4")


def events():
    """The events, each once."""
    seen = {}
    for row in schema_shops.rows("ga4"):
        key = (row["user_pseudo_id"], row["event_timestamp"], row["event_name"])
        seen[(*key, row.get("batch_event_index"))] = row
    return list(seen.values())


def param(row, key):
    [found] = [p["value"] for p in row["event_params"] if p["key"] == key]
    return next(iter(found.values()))


def people_of_browsers():
    named = defaultdict(set)
    for row in events():
        if "user_id" in row:
            named[row["user_pseudo_id"]].add(row["user_id"])
    return {browser: next(iter(users)) for browser, users in named.items() if len(users) == 1}


def test_browsers_become_people_at_their_login_with_what_they_did_before(shop):
    known = people_of_browsers()
    sessions, seen = defaultdict(set), Counter()
    for row in events():
        who = known.get(row["user_pseudo_id"])
        if who and row["event_name"] in TYPES:
            sessions[who].add((row["user_pseudo_id"], param(row, "ga_session_id")))
            seen[who, row["event_name"]] += 1
    expected = {
        who: (len(sessions[who]), seen[who, "view_item"], seen[who, "add_to_cart"])
        for who in sessions
    }
    columns = ("session_count_30d", "product_view_count_30d", "cart_add_count_30d")
    assert schema_shops.people(shop, *columns) == expected


def test_a_purchase_sent_twice_counts_once_and_a_refund_is_a_return(shop):
    lines, returned = {}, Counter()
    for row in events():
        order = row.get("ecommerce", {}).get("transaction_id")
        if row["event_name"] == "refund":
            returned[row["user_id"]] += Decimal(str(row["ecommerce"]["refund_value"]))
        if row["event_name"] == "purchase" and order != "(not set)":
            for item in row["items"]:
                if item["quantity"].isdigit():
                    net = Decimal(str(item["price"])) * int(item["quantity"])
                    lines[row["user_id"], order, item["item_id"]] = net
    spend, orders = Counter(), defaultdict(set)
    for (who, order, _), net in lines.items():
        spend[who] += net
        orders[who].add(order)
    share = {who: float(returned[who] / spend[who]) for who in spend}
    expected = {
        who: (len(orders[who]), spend[who] - returned[who], pytest.approx(share[who]))
        for who in spend
    }
    assert schema_shops.people(shop, "order_count", "spend_amount", "return_share") == expected


def test_event_types_that_count_are_ours_and_each_event_is_there_once(shop):
    found = shop.query("select event_type, count(*) as n from staging.events group by event_type")
    expected = Counter(TYPES.get(row["event_name"], row["event_name"]) for row in events())
    assert {row["event_type"]: row["n"] for row in found} == expected


def test_the_page_and_the_value_are_found_among_the_parameters(shop):
    found = shop.query("select url, value from raw.events where event_type = 'product_view'")
    [row] = [row for row in events() if row["event_name"] == "view_item"]
    assert found == [{"url": param(row, "page_location"), "value": str(param(row, "value"))}]


def test_what_cannot_be_read_lies_in_quarantine(shop):
    assert schema_shops.rejected(shop) == {
        "shop_events": 1,
        "shop_order_lines": 2,
        "shop_returns": 1,
    }
