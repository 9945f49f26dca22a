"""Shops whose only source is a schema ready to use, fed with objects that a test makes up."""

import json
from datetime import date
from typing import Any

from tests.support.shop import Shop

D = date(2026, 11, 28)


def send(shop: Shop, schema: str, name: str, objects: list[dict[str, Any]]) -> None:
    """Put a file of objects, a line each, into a shop that reads this schema."""
    entry = {"schema": schema, "path": "in/*.jsonl", "customer_space": "made"}
    shop.configure("sources", {"sources": {"made": entry}})
    (shop.home / "in").mkdir(exist_ok=True)
    lines = "".join(f"{json.dumps(each)}\n" for each in objects)
    (shop.home / "in" / f"{name}.jsonl").write_text(lines, encoding="utf-8")


def spent(shop: Shop) -> dict[str, tuple[int, float]]:
    """Return the orders and the spend of each customer, after a night."""
    shop.night(D)
    found = shop.query(
        "select customer_refs, order_count, spend_amount from marts.customer_features"
    )
    return {
        row["customer_refs"][0]: (row["order_count"], float(row["spend_amount"])) for row in found
    }
