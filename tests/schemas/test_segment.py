"""Segment and RudderStack calls, in both spellings."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.support import schema_shops

TYPES = {
    "product viewed": "product_view",
    "product added": "cart_add",
    "product removed": "cart_remove",
    "checkout started": "checkout",
    "signed in": "login",
    "email opened": "mail_opened",
    "coupon applied": "coupon_redeemed",
    "page": "page_view",
}
OF_SESSIONS = ("product_view", "cart_add", "cart_remove", "checkout", "login", "page_view")


@pytest.fixture
def shop(new_shop):
    return schema_shops.built(new_shop, "segment")


def instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def calls():
    """The calls in one spelling, each once, with a readable instant."""
    found = {}
    for row in schema_shops.rows("segment"):
        call = {
            "id": row.get("messageId") or row["message_id"],
            "at": instant(row.get("timestamp") or row["original_timestamp"]),
            "who": row.get("userId") or row.get("user_id"),
            "visitor": row.get("anonymousId") or row.get("anonymous_id"),
            "what": row.get("event", row["type"]).lower().replace("_", " "),
            **row.get("properties", {}),
        }
        if call["at"]:
            found[call["id"]] = call
    known = {c["visitor"]: c["who"] for c in found.values() if c["visitor"] and c["who"]}
    for call in found.values():
        call["who"] = call["who"] or known.get(call["visitor"])
    return sorted(found.values(), key=lambda call: call["at"])


def test_what_a_visitor_did_counts_for_who_it_turns_out_to_be(shop):
    seen, times = Counter(), defaultdict(list)
    for call in calls():
        kind = TYPES.get(call["what"])
        seen[call["who"], kind] += 1
        if kind in OF_SESSIONS:
            times[call["who"], call["visitor"]].append(call["at"])
    sessions = Counter()
    for (who, _), instants in times.items():
        breaks = pairwise(instants)
        silences = sum(after - before > timedelta(minutes=30) for before, after in breaks)
        sessions[who] += 1 + silences
    expected = {
        who: (sessions[who], seen[who, "product_view"], seen[who, "cart_add"])
        for who in {call["who"] for call in calls()}
    }
    columns = ("session_count_30d", "product_view_count_30d", "cart_add_count_30d")
    assert schema_shops.people(shop, *columns) == expected


def test_orders_are_their_products_and_refunds_are_returns(shop):
    orders, spend = defaultdict(set), Counter()
    for call in calls():
        if call["what"] == "order completed" and "order_id" in call:
            orders[call["who"]].add(call["order_id"])
            for product in call["products"]:
                spend[call["who"]] += Decimal(str(product["price"])) * product["quantity"]
        if call["what"] == "order refunded":
            spend[call["who"]] -= Decimal(str(call["total"]))
    expected = {who: (len(orders[who]), spend[who]) for who in spend}
    assert schema_shops.people(shop, "order_count", "spend_amount") == expected


def test_both_spellings_of_an_event_are_one_type(shop):
    found = shop.query("select event_type, count(*) as n from staging.events group by event_type")
    kept = Counter()
    for row in found:
        kept[row["event_type"].lower().replace("_", " ")] += row["n"]
    assert kept == Counter(TYPES.get(c["what"], c["what"]).replace("_", " ") for c in calls())


def test_what_is_no_call_or_has_no_order_lies_in_quarantine(shop):
    assert schema_shops.rejected(shop) == {
        "shop_events": 2,
        "shop_discounts": 2,
        "shop_order_lines": 2,
        "shop_returns": 1,
    }
