"""What was known at a landing number, from the files that had landed by then.

Nothing of the product is used: of each key the last received good row stands, a tombstone ends it,
an order that arrives whole replaces all its lines, a full list all there was, days are cut here.
The rules it knows are those the random shop's dirt breaks.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from .people import Node
from .stories import CUSTOMERS, EVENTS, LINES

Row = dict[str, str]
FEWEST_DIGITS = 7  # of a phone; fewer reach nobody
KEYS = {
    "customers": ("customer_ref",),
    "products": ("product_ref",),
    "order_lines": ("order_id", "line_no"),
    "events": ("event_id",),
}


@dataclass(frozen=True)
class Source:
    """What the oracle must know of a source of files."""

    name: str
    entity: str
    time_zone: str
    tombstone: str = ""
    orders_arrive_whole: bool = False
    snapshot: bool = False


@dataclass
class LeaveOut:
    """Whom the shop leaves out, and the accounts that a customers record has shown to be such."""

    refs: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    accounts: set[str] = field(default_factory=set)

    def meets(self, row: Row, entity: str) -> bool:
        """Whether a row is of somebody left out; a customers record shows its account."""
        ref, email = row.get("customer_ref", ""), row.get("email", "").strip().lower()
        named = ref in self.refs or email in self.emails
        if named and entity == "customers":
            self.accounts.add(ref)
        return named or ref in self.accounts


@dataclass
class Memory:
    """One source's rows: by key the last received, and the good one that stands, typed."""

    source: Source
    business_zone: ZoneInfo
    last_landing_on: date
    received: dict[tuple, Row] = field(default_factory=dict)
    standing: dict[tuple, dict[str, Any]] = field(default_factory=dict)
    first_named: dict[Node, int] = field(default_factory=dict)
    leave_out: LeaveOut = field(default_factory=LeaveOut)

    def receive(self, batch: int, rows: list[Row]) -> None:
        """Take one file in."""
        keyed = self._keyed(rows)
        for key, row in keyed:
            if self.received.get(key) != row:
                self.received[key] = row
                self._take(batch, key, row)
        if self.source.orders_arrive_whole or (self.source.snapshot and rows):
            self._end_what_is_left_out(keyed)

    def _keyed(self, rows: list[Row]) -> list[tuple[tuple, Row]]:
        """Each row's key; without a number of its own its content, and which of equals it is."""
        equal: Counter[tuple] = Counter()
        keyed = []
        for row in rows:
            key = tuple(row.get(name, "") for name in KEYS[self.source.entity])
            if not key[-1]:
                content = tuple(sorted(row.items()))
                equal[content] += 1
                key = (*key[:-1], content, equal[content])
            keyed.append((key, row))
        return keyed

    def end_accounts_left_out(self) -> None:
        """Forget what stands of the accounts that are left out by now."""
        for key in [key for key, row in self.standing.items()
                    if row.get("customer_ref") in self.leave_out.accounts]:  # fmt: skip
            del self.standing[key]

    def _take(self, batch: int, key: tuple, row: Row) -> None:
        is_deleted = row.get(self.source.tombstone) == "true"
        typed = None if is_deleted else self._typed(row)
        if typed is None and not is_deleted:
            return
        if self.leave_out.meets(row, self.source.entity) or typed is None:
            self.standing.pop(key, None)
            return
        if row.get("customer_ref"):
            self.first_named.setdefault(("ref", "shared", row["customer_ref"]), batch)
        before = self.standing.get(key)
        if not (before and is_older(typed, before)):
            self.standing[key] = typed | {"batch_from": batch}

    def _end_what_is_left_out(self, keyed: list[tuple[tuple, Row]]) -> None:
        """Forget what a full list, or an order which came whole, has no longer."""
        there = {key for key, _ in keyed}
        orders = {key[0] for key in there}
        absent = [key for key in self.standing if key not in there]
        for key in absent:
            if self.source.snapshot or key[0] in orders:
                del self.standing[key]
                del self.received[key]

    def _typed(self, row: Row) -> dict[str, Any] | None:
        """The row as the oracle computes with it; None if it must not be believed."""
        told: dict[str, Any] = {**row, "source": self.source.name, "customer_space": "shared"}
        told["email"] = row.get("email", "").strip().lower()
        digits = "".join(filter(str.isdigit, row.get("phone", ""))).removeprefix("00")
        told["phone"] = digits if len(digits) >= FEWEST_DIGITS else ""
        if self.source.entity == "customers":
            told["created_on"] = day_or_none(row["created_at"])
            return told
        if self.source.entity == "products":
            return told
        stem = "ordered" if self.source.entity == "order_lines" else "occurred"
        if not self._dated(told, row[f"{stem}_at"], stem):
            return None
        return told if self.source.entity == "events" else priced(told)

    def _dated(self, told: dict[str, Any], received: str, stem: str) -> bool:
        try:
            moment = datetime.fromisoformat(received)
        except ValueError:
            return False
        told["has_time"] = len(received) > 10
        if moment.tzinfo is None:
            own = ZoneInfo(self.source.time_zone) if told["has_time"] else self.business_zone
            moment = moment.replace(tzinfo=own)
        told[f"{stem}_at"] = moment.astimezone(UTC)
        told[f"{stem}_on"] = moment.astimezone(self.business_zone).date()
        return told[f"{stem}_on"] <= self.last_landing_on


def priced(told: dict[str, Any]) -> dict[str, Any] | None:
    """The line with exact amounts; None if a number is none, or a price is below zero."""
    try:
        quantity = Decimal(told["quantity"])
        discount = Decimal(told["discount_amount"] or 0)
        net = told.get("net_amount") or quantity * Decimal(told["unit_price"]) - discount
        amounts = {"quantity": quantity, "discount_amount": discount, "net_amount": Decimal(net)}
    except InvalidOperation:
        return None
    return None if quantity > 0 > amounts["net_amount"] else told | amounts


def is_older(row: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether a customers record says that it is older than the one that stands."""
    both = row.get("updated_at"), before.get("updated_at")
    return bool(both[0] and both[1] and both[0] < both[1])


def day_or_none(text: str) -> date | None:
    """A date, or nothing."""
    return date.fromisoformat(text) if text else None


def frames(memories: list[Memory]) -> dict[str, pd.DataFrame]:
    """What stands, in the oracle's tables."""
    columns = {
        "customers": CUSTOMERS,
        "order_lines": LINES,
        "events": EVENTS,
        "products": ["source", "product_ref", "category"],
    }
    return {
        entity: pd.DataFrame(
            [row for each in memories if each.source.entity == entity
             for row in each.standing.values()],
            columns=names,
        )
        for entity, names in columns.items()
    }  # fmt: skip


def first_named(memories: list[Memory]) -> dict[Node, int]:
    """The lowest batch that named each customer_ref, in whatever good row."""
    found: dict[Node, int] = {}
    for memory in memories:
        for node, batch in memory.first_named.items():
            found[node] = min(batch, found.get(node, batch))
    return found
