"""A small shop that lives: what it says each day goes to files, as its systems would send them."""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, str]

# The first night; the clocks of New York go back on the third day after it.
START = date(2026, 10, 29)
COLUMNS = {
    "crm": ["customer_ref", "created_at", "updated_at", "email", "phone", "consent_profiling"],
    "catalogue": ["product_ref", "category"],
    "till": ["order_id", "line_no", "ordered_at", "customer_ref", "email", "phone", "product_ref",
             "quantity", "net_amount", "discount_amount"],
    "market": ["order_id", "ordered_at", "customer_ref", "email", "product_ref", "quantity",
               "unit_price", "discount_amount"],
    "web": ["event_id", "occurred_at", "event_type", "visitor_ref", "customer_ref", "email",
            "session_ref", "product_ref"],
    "trail": ["occurred_at", "event_type", "visitor_ref", "customer_ref"],
}  # fmt: skip
ENTITIES = {
    "crm": "customers", "catalogue": "products", "till": "order_lines", "market": "order_lines",
    "web": "events", "trail": "events",
}  # fmt: skip
TOMBSTONE = "deleted"
SHARED_VALUE_LIMIT = 3
ENGAGEMENT = {"order_count_30d": (3, 2), "session_count_30d": (1, 4), "cart_add_count_30d": (2, 3)}
LEAVE_OUT = {"customer_refs": ["*11"], "emails": ["E7@x.org"]}  # one ref, and whoever has it
SEGMENTS = {
    "fans": "rfm_monetary = 5 and rfm_recency >= 3",
    "back": "recency_days < 8",
    "lapsed": "order_count > 0 and order_count_30d = 0",
    "browsers": "session_count_30d > 0",
    "tea_drinkers": "top_category = 'tea'",
    "leavers": "abandoned_cart_count_30d > 0 or return_share > 0.2",
}


def settings() -> dict[str, dict[str, Any]]:
    """Return the configuration of the shop, by file."""
    return {
        "settings": {
            "business_time_zone": "America/New_York",
            "freshness_days": 1000,
            "leave_out": LEAVE_OUT,
            "identity": {"shared_value_limit": SHARED_VALUE_LIMIT},
            "engagement": {k: {"weight": w, "cap": c} for k, (w, c) in ENGAGEMENT.items()},
        },
        "sources": {"sources": {name: _source(name) for name in COLUMNS}},
        "segments": {"segments": {k: {"condition": text} for k, text in SEGMENTS.items()}},
    }


def _source(name: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "entity": ENTITIES[name], "kind": "csv", "path": f"{name}/*.csv",
        "columns": {column: column for column in COLUMNS[name]},
        "time_zone": "America/New_York" if name == "till" else "UTC",
    }  # fmt: skip
    if name == "market":
        return entry | {"orders_arrive_whole": True}
    return entry | ({} if name == "trail" else {"tombstone": TOMBSTONE})


# What a critical rule of order_lines rejects.
DIRT = {
    "letters": {"quantity": "abc"},
    "no_day": {"ordered_at": "29.10.2026"},
    "future": {"ordered_at": "2099-01-01 10:00:00"},
    "negative": {"quantity": "1", "net_amount": "-5.00"},
}


def is_dirty(row: Row) -> bool:
    """Return whether a critical rule rejects the row."""
    return any(cells.items() <= row.items() for cells in DIRT.values())


@dataclass
class RandomShop:
    """What the shop's systems hold and what they have not sent yet."""

    folder: Path
    night: date = START
    lines: list[Row] = field(default_factory=list)
    orders: dict[str, list[Row]] = field(default_factory=dict)
    customers: dict[str, Row] = field(default_factory=dict)
    visits: list[Row] = field(default_factory=list)
    outbox: dict[str, list[Row]] = field(default_factory=dict)
    sent: list[Path] = field(default_factory=list)
    rebuild: list[int] = field(default_factory=list)
    numbers: int = 0

    def number(self) -> int:
        """Return a number never used before."""
        self.numbers += 1
        return self.numbers

    def tell(self, source: str, *rows: Row) -> None:
        """Put rows into what the source sends tonight."""
        self.outbox.setdefault(source, []).extend(rows)

    def send(self) -> tuple[str, ...]:
        """Write what waits to files, one per source; return the sources that sent dirt."""
        dirty = tuple(source for source, rows in self.outbox.items() if any(map(is_dirty, rows)))
        for source, rows in self.outbox.items():
            names = [*COLUMNS[source], *([] if source in ("market", "trail") else [TOMBSTONE])]
            path = self.folder / source / f"{self.night}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, names, restval="")
                writer.writeheader()
                writer.writerows(rows)
            self.sent.append(path)
        self.outbox = {}
        return dirty

    def ring_up(self, row: Row) -> None:
        """Sell one line at the till."""
        self.lines.append(row)
        self.tell("till", row)

    def deliver(self, order_id: str, rows: list[Row]) -> None:
        """Sell a whole order at the market, in place of what was said of it today."""
        self.orders[order_id] = rows
        waiting = [row for row in self.outbox.get("market", []) if row["order_id"] != order_id]
        self.outbox["market"] = [*waiting, *rows]

    def enrol(self, row: Row) -> None:
        """Write a customer's card, in place of what was said of it today."""
        ref = row["customer_ref"]
        self.customers[ref] = row
        waiting = [each for each in self.outbox.get("crm", []) if each["customer_ref"] != ref]
        self.outbox["crm"] = [*waiting, row]


def founded(folder: Path) -> RandomShop:
    """Return a shop with a past, near the edges of every window, and orders ahead of their day."""
    shop = RandomShop(folder)
    for n in range(9):
        created = str(START - timedelta(days=40 * n)) if n % 3 else ""
        email = f"e{n}@x.org" if n < 7 else ""
        shop.enrol({"customer_ref": f"c{n}", "created_at": created, "email": email})
    for n in range(6):
        shop.tell("catalogue", {"product_ref": f"p{n}", "category": ("tea", "jam", "oil")[n % 3]})
    for n in range(27):  # three for each customer, who is seldom touched for two reasons at once
        window = (7, 30, 90, 365, 0)[n % 5]
        day = START + timedelta(days=(7 * n + 4 * (n // 9)) % 9 - window)
        shop.ring_up({
            "order_id": f"h{n}", "line_no": "1", "ordered_at": f"{day} 12:00:00",
            "customer_ref": f"c{n % 9}", "product_ref": f"p{n % 6}", "quantity": "1",
            "net_amount": f"{5 + n * 7 % 23}.50",
        })  # fmt: skip
    for n, ref in enumerate(("c0", "c1", "c6")):
        order = {"order_id": f"m{n}", "ordered_at": str(START - timedelta(days=60))}
        shop.deliver(order["order_id"], [
            {**order, "customer_ref": ref, "product_ref": product, "quantity": "1",
             "unit_price": "3.10"}
            for product in ("p0", "p1", "p3")
        ])  # fmt: skip
    for n in range(6):
        day = START + timedelta(days=n - 30)
        kind = "cart_add" if n % 2 else "product_view"
        event = {"event_id": f"h{n}", "occurred_at": f"{day}T15:00:00Z", "event_type": kind}
        shop.visits.append(event | {"visitor_ref": f"v{n}", "customer_ref": f"c{n}"})
    shop.tell("web", *shop.visits)
    return shop
