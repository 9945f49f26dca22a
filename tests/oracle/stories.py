"""Short ways to write the rows of a story: every row is a dict, what is left out is null."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd

from .features import customer_features
from .people import people

AS_OF = date(2026, 11, 30)
PERSONAL = ["source", "customer_space", "customer_ref", "email", "phone", "batch_from"]
CUSTOMERS = [*PERSONAL, "created_on"]
LINES = [*PERSONAL, "order_id", "product_ref", "quantity", "net_amount", "discount_amount"]
LINES += ["ordered_at", "ordered_on", "has_time"]
EVENTS = [*PERSONAL, "event_id", "visitor_ref", "session_ref", "event_type", "product_ref"]
EVENTS += ["occurred_at", "occurred_on", "has_time"]
ALL_WEIGHTS = {"session_count_30d": (1, 10), "order_count_30d": (3, 2)}


def instant(when: str) -> datetime:
    """'11-20 10:30' as a UTC instant of 2026."""
    return datetime.strptime("2026-" + when, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def story_row(when: str, on: str, at: str, told: dict) -> dict:
    """A row of the shared space and first batch; without a time only its day is known."""
    moment = instant(when if " " in when else when + " 00:00")
    row = {"source": "shop", "customer_space": "shared", "batch_from": 1, "has_time": " " in when}
    return {**row, on: moment.date(), at: moment, **told}


def customer(ref: str, created: str | None = None, **told) -> dict:
    """A customers record."""
    day = instant(created + " 00:00").date() if created else None
    row = {"source": "crm", "customer_space": "shared", "batch_from": 1}
    return {**row, "customer_ref": ref, "created_on": day, **told}


def line(order: str, when: str, net: str = "10", quantity: str = "1", **told) -> dict:
    """An order line, of customer A unless it names somebody."""
    somebody = {} if {"customer_ref", "email", "phone"} & told.keys() else {"customer_ref": "A"}
    row = story_row(when, "ordered_on", "ordered_at", {**somebody, **told})
    return {"order_id": order, "net_amount": Decimal(net), "quantity": Decimal(quantity), **row}


def event(kind: str, when: str, **told) -> dict:
    """An event."""
    return {"event_type": kind, **story_row(when, "occurred_on", "occurred_at", told)}


def who(customers=(), lines=(), events=(), as_of: date = AS_OF, **more) -> dict:
    """The people of a story."""
    return people(
        as_of,
        pd.DataFrame(list(customers), columns=CUSTOMERS),
        pd.DataFrame(list(lines), columns=LINES),
        pd.DataFrame(list(events), columns=EVENTS),
        **more,
    )


def tell(lines=(), events=(), products=(), customers=(), as_of: date = AS_OF) -> pd.DataFrame:
    """The features of a story; events=None or products=None: there is no such source."""
    catalogue = pd.DataFrame(list(products or ()), columns=["source", "product_ref", "category"])
    return customer_features(
        as_of,
        who(customers, lines, events or (), as_of),
        pd.DataFrame(list(lines), columns=LINES),
        None if events is None else pd.DataFrame(list(events), columns=EVENTS),
        None if products is None else catalogue,
        ALL_WEIGHTS,
    )


def one(*lines, **more) -> pd.Series:
    """The only person of a story."""
    found = tell(lines, **more)
    assert len(found) == 1
    return found.iloc[0]
