"""Small shops that several tests tell their story with."""

from datetime import date
from typing import Any

from tests.support.shop import LINE_COLUMNS, Shop

D = date(2026, 11, 20)


def line(order_id: str, day: str, **more: Any) -> dict[str, Any]:
    """Return an order line of 10.00 for one piece, changed by `more`."""
    plain = {"order_id": order_id, "line_no": "1", "ordered_at": day, "customer_ref": "c1"}
    return {**plain, "quantity": "1", "net_amount": "10.00", **more}


def a_few_weeks(shop: Shop, people: int = 12) -> None:
    """Write a till with some months of orders, the last of them on D."""
    rows = [
        line(f"o{person}-{n}", f"2026-{month:02}-{1 + (7 * person + 3 * n) % 20:02}",
             customer_ref=f"c{person}", net_amount=f"{5 + person * 3 + n}.50")
        for person in range(people)
        for n, month in enumerate((9, 10, 11))
    ]  # fmt: skip
    rows.append(line("of-guest", "2026-11-20", customer_ref="", email="Guest@Example.org"))
    shop.write("till/history.csv", rows, LINE_COLUMNS)
