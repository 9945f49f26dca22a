"""A shop with a past that its sources change, and the oracle that reads the files they sent."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.attempts import claims
from pipelines.backfills import verify
from tests.oracle import received
from tests.oracle.features import COLUMNS, customer_features
from tests.oracle.people import people
from tests.promise.oracles import equal
from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, Shop, source

NEXT, AFTER = D + timedelta(days=1), D + timedelta(days=2)
CUSTOMER = ["customer_ref", "created_at", "updated_at", "email", "phone", "consent_profiling"]
EVENT = ["event_id", "occurred_at", "event_type", "visitor_ref", "customer_ref", "email",
         "session_ref", "product_ref"]  # fmt: skip
SOURCES: dict[str, tuple[str, list[str], dict[str, Any]]] = {
    "crm": ("customers", CUSTOMER, {"tombstone": "gone"}),
    "club": ("customers", CUSTOMER, {"snapshot": True}),
    "goods": ("products", ["product_ref", "category"], {"snapshot": True}),
    "till": ("order_lines", LINE_COLUMNS, {"tombstone": "gone"}),
    "market": ("order_lines", LINE_COLUMNS, {"orders_arrive_whole": True}),
    "web": ("events", EVENT, {"tombstone": "gone"}),
}
WEIGHTS = {"order_count_30d": (3, 2), "session_count_30d": (1, 4), "cart_add_count_30d": (2, 3)}
SEGMENTS = {"buyers": "order_count > 0", "tea": "top_category = 'tea'", "known": "tenure_days >= 0"}


class Late:
    """A shop with a past, and what was published of its nights."""

    def __init__(self, shop: Shop):
        self.shop = shop
        self.number = 0

    def send(self, name: str, *rows: dict[str, Any]) -> None:
        """Have a source send one more file."""
        self.number += 1
        columns = [*SOURCES[name][1], *(["gone"] if "tombstone" in SOURCES[name][2] else [])]
        self.shop.write(f"{name}/{self.number:03}.csv", list(rows), columns)

    def published(self, day: Any) -> dict[str, dict[str, Any]]:
        """Return the people of a night by their customer_refs, guests as ''."""
        found = self.shop.query("select * from marts.customer_features where as_of = :d", d=day)
        return {" ".join(row["customer_refs"]): row for row in found}

    def is_right(self, day: Any) -> None:
        """Every cell of every person of a night is what the files say, and a full rebuild too."""
        [night] = self.shop.query(
            "select n.* from ops.nights as n join ops.published as p using (night_id)"
            " where p.as_of = :day and replaced_at is null",
            day=day,
        )
        found = self.shop.query(
            "select * from marts.customer_features where as_of = :d order by person_id", d=day
        )
        expected = told_by_files(self.shop, day, night["known_at"])
        assert [row["person_id"] for row in found] == [row["person_id"] for row in expected]
        different = [
            (row["customer_refs"], column, row[column], true[column])
            for row, true in zip(found, expected, strict=True)
            for column in COLUMNS
            if not equal(row[column], true[column])
        ]
        assert different == []
        opened = self.shop.deployment()
        with claims.process_claim(opened.warehouse, "verify") as claim:
            assert verify.verify(opened, claim, verify.ProofRequest(day)).holds
        opened.warehouse.close()


def told_by_files(shop: Shop, day: Any, known_at: int) -> list[dict[str, Any]]:
    """Return customer_features as the oracle computes them from the files landed by then."""
    memories = {}
    for name, (entity, _, more) in SOURCES.items():
        told = {"tombstone": "", **more}
        declared = received.Source(name, entity, "UTC", **told)
        memories[name] = received.Memory(declared, ZoneInfo("UTC"), AFTER)
    landed = shop.query(
        "select batch_id, source, file from ops.batches where batch_id <= :k order by batch_id",
        k=known_at,
    )
    for batch in landed:
        path = shop.home / batch["source"] / batch["file"]
        with path.open(newline="", encoding="utf-8") as file:
            memories[batch["source"]].receive(batch["batch_id"], list(csv.DictReader(file)))
    told = list(memories.values())
    known = received.frames(told)
    who = people(
        day, known["customers"], known["order_lines"], known["events"],
        first_named=received.first_named(told),
    )  # fmt: skip
    table = customer_features(
        day, who, known["order_lines"], known["events"], known["products"], WEIGHTS
    )
    return table.to_dict("records")


def card(ref: str, **more: str) -> dict[str, str]:
    return {"customer_ref": ref, "created_at": "2026-01-01", "email": f"{ref}@example.org", **more}


def sold(order: str, days_ago: int, ref: str, net: str, **more: str) -> dict[str, Any]:
    on = str(D - timedelta(days=days_ago))
    return line(order, on, customer_ref=ref, net_amount=net, product_ref="p1", **more)


def seen(number: int, days_ago: int, kind: str, visitor: str, ref: str = "") -> dict[str, str]:
    at = f"{D - timedelta(days=days_ago)} 10:{number:02}:00"
    told = {"event_id": f"e{number}", "occurred_at": at, "event_type": kind}
    return {**told, "visitor_ref": visitor, "customer_ref": ref}


CLUB = [card("m1"), card("m2", email="c8@example.org"), card("m3")]
GOODS = [{"product_ref": ref, "category": name} for ref, name in (("p1", "tea"), ("p2", "coffee"))]
M1 = [sold("m-1", 5, "c4", f"{n}.00", line_no=str(n)) for n in (7, 8, 9)]


def with_a_past(shop: Shop) -> Late:
    """Give a shop two dozen orders of nine people, a guest and a visitor; publish its night of D.

    The shop weighs engagement by WEIGHTS.
    """
    shop.clock = lambda: datetime(2026, 11, 23, 1, tzinfo=UTC)
    entries = {
        name: source(entity, f"{name}/*.csv", columns, **more)
        for name, (entity, columns, more) in SOURCES.items()
    }
    shop.configure("sources", {"sources": entries})
    conditions = {name: {"condition": text} for name, text in SEGMENTS.items()}
    shop.configure("segments", {"segments": conditions})
    story = Late(shop)
    shared = {"c6": "both@example.org", "c7": "both@example.org"}
    story.send("crm", *[card(f"c{n}", **({"email": shared[f"c{n}"]} if f"c{n}" in shared else {}))
                        for n in range(1, 10)])  # fmt: skip
    story.send("club", *CLUB)
    story.send("goods", *GOODS)
    story.send(
        "till",
        *[sold(f"o{n}-{k}", 7 * k + n, f"c{n}", f"{10 * n + k}.50") for n in range(1, 9)
          for k in range(3)],
        sold("o3-x", 1, "c3", "45.98"), sold("o2-p", 2, "c2", "5.00") | {"product_ref": "p2"},
        sold("of-guest", 0, "", "9.00", email="guest@example.org"),
    )  # fmt: skip
    story.send("market", *M1, sold("m-2", 3, "c5", "4.00"))
    story.send("web", seen(1, 4, "product_view", "v1"), seen(2, 4, "cart_add", "v1"),
               seen(3, 2, "login", "v2", "c2"), seen(4, 9, "cart_add", "v3", "c3"))  # fmt: skip
    shop.night(D)
    story.is_right(D)
    return story
