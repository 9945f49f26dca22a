"""Lines and refunds of one order are counted alike: a refund of all of it leaves nothing."""

from decimal import Decimal
from itertools import product

from tests.support.schema_files import D, send, spent

RATES = ("0", "0.07", "0.19")
SHIPPING, FEES = ("0", "4.90"), ("0", "3.00", "-12.00")
CENT = Decimal("0.01")


def woo(number, rate, shipping, fee):
    """Return an order of three lines as WooCommerce sends it, and what its lines come to."""
    nets = [Decimal(100 + number), Decimal("33.33"), Decimal("0.05") * number]
    taxes = [(net * Decimal(rate)).quantize(CENT) for net in nets]
    lines = [
        {"id": n, "product_id": n, "quantity": n, "total": str(net), "total_tax": str(tax)}
        for n, (net, tax) in enumerate(zip(nets, taxes, strict=True), 1)
    ]
    total = sum(nets) + sum(taxes) + Decimal(shipping) + Decimal(fee)
    order = {
        "id": number, "status": "completed", "currency": "EUR", "customer_id": number,
        "date_created_gmt": f"{D}T09:00:00", "total": str(total), "line_items": lines,
        "billing": {"email": "", "phone": ""}, "refunds": [],
    }  # fmt: skip
    return order, sum(nets), total


def refunded(order, *amounts):
    refunds = [{"id": n, "total": f"-{amount}"} for n, amount in enumerate(amounts, 1)]
    return order | {"refunds": refunds}


def test_a_woocommerce_order_refunded_in_full_comes_to_nothing(new_shop):
    shop, orders, expected = new_shop(), [], {}
    for number, how in enumerate(product(RATES, SHIPPING, FEES), 1):
        order, net, total = woo(number, *how)
        third = (total / 3).quantize(CENT)
        orders.append(refunded(order, total))
        expected[str(number)] = (1, 0)
        for part, amounts in enumerate([(), (third, third, total - 2 * third)], 1):
            again = order | {"id": 1000 * part + number, "customer_id": 1000 * part + number}
            orders.append(refunded(again, *amounts))
            expected[str(1000 * part + number)] = (1, 0 if amounts else float(net))
        cancelled = refunded(order, total) | {"id": 5000 + number, "customer_id": 5000 + number}
        orders.append(cancelled | {"status": "cancelled"})
    send(shop, "woocommerce", "1", orders)
    assert spent(shop) == expected


def test_a_refund_of_half_the_goods_is_half_of_what_they_came_to(new_shop):
    shop = new_shop()
    order, net, _ = woo(2, "0.19", "4.90", "0")
    gross = sum(Decimal(line["total"]) + Decimal(line["total_tax"]) for line in order["line_items"])
    send(shop, "woocommerce", "1", [refunded(order, gross / 2)])
    assert spent(shop) == {"2": (1, float(net / 2))}
    send(shop, "woocommerce", "2", [refunded(order, gross / 2, gross / 2)])
    assert spent(shop) == {"2": (1, 0)}


def call(who, event, number, pieces=None, **more):
    """Return a call of Segment about an order of `pieces`, {sku: (price, quantity)}."""
    products = [{"sku": k, "price": p, "quantity": n} for k, (p, n) in (pieces or {}).items()]
    properties = {"order_id": f"o-{who}", "currency": "EUR", "products": products, **more}
    return {
        "type": "track", "messageId": f"{who}-{number}", "event": event, "userId": who,
        "timestamp": f"2026-11-{26 + number}T10:00:00Z", "properties": properties,
    }  # fmt: skip


TWO, ONE = {"a": (30, 2), "b": (10.5, 1)}, {"a": (30, 1)}
STORIES = {
    "updates": ([("Order Completed", TWO), ("Order Updated", TWO | ONE)], (1, 40.5)),
    "drops": ([("Order Completed", TWO), ("Order Updated", ONE)], (1, 30)),
    "cancels": ([("Order Completed", TWO), ("Order Cancelled", TWO)], (0, 0)),
    "updates-cancels": (
        [("Order Completed", ONE), ("Order Updated", TWO), ("Order Cancelled", TWO)],
        (0, 0),
    ),
    "keeps": ([("Order Completed", TWO)], (1, 70.5)),
}


def stories(spelling):
    for who, (told, expected) in STORIES.items():
        calls = [call(who, spelling(event), n, pieces) for n, (event, pieces) in enumerate(told)]
        yield who, calls, expected


def underscored(event):
    return event.lower().replace(" ", "_")


def test_a_segment_order_counts_once_as_it_was_updated_last(new_shop):
    for spelling in (str, underscored):
        together, apart = new_shop(), new_shop()
        every = list(stories(spelling))
        expected = {who: told for who, _, told in every if told[0]}
        expected |= {who: told for who, _, told in every if not told[0]}
        send(together, "segment", "1", [each for _, calls, _ in every for each in calls])
        assert spent(together) == expected
        for number in range(3):
            calls = [calls[number] for _, calls, _ in every if len(calls) > number]
            send(apart, "segment", str(number), calls)
            found = spent(apart)
        assert found == expected


def test_a_discount_of_a_whole_segment_order_is_taken_off_and_refunded_with_it(new_shop):
    shop = new_shop()
    money = {"discount": 10, "tax": 11.5, "shipping": 5, "revenue": 60.5, "total": 77}
    calls = [
        call("d", "Order Completed", 0, TWO, **money),
        call("r", "Order Completed", 0, TWO, **money),
        call("r", "Order Refunded", 1, **money),
        call("c", "Order Completed", 0, TWO, **money),
        call("c", "Order Cancelled", 1, TWO),
    ]
    send(shop, "segment", "1", calls)
    assert spent(shop) == {"c": (0, 0), "d": (1, 60.5), "r": (1, 0)}


def purchase(who, number, day, items):
    return {
        "event_name": "purchase", "user_id": who, "user_pseudo_id": who,
        "event_timestamp": f"{1_795_860_000_000_000 + day * 86_400_000_000}",
        "ecommerce": {"transaction_id": number},
        "items": [{"item_id": sku, "price": price, "quantity": n} for sku, price, n in items],
    }  # fmt: skip


def test_a_confirmation_page_opened_again_keeps_the_day_of_the_purchase(new_shop):
    shop = new_shop()
    bought = [("a", 40.0, "1"), ("b", 10.0, "2")]
    send(shop, "ga4", "20260901", [purchase("r", "T1", -80, bought)] * 2)
    send(shop, "ga4", "20261120", [purchase("r", "T1", 0, bought), purchase("n", "T2", 0, bought)])
    assert spent(shop) == {"r": (1, 60), "n": (1, 60)}
    found = shop.query(
        "select customer_refs[1] as who, last_purchase_on - first_purchase_on as days, "
        "recency_days from marts.customer_features"
    )
    assert {row["who"]: row["days"] for row in found} == {"r": 0, "n": 0}
    recency = {row["who"]: row["recency_days"] for row in found}
    assert recency["r"] - recency["n"] == 80
