"""How the oracle reads rows: absent text is "", days are timestamps, money is whole units of 10^-4.

It imports nothing from the product and restates every number it needs.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pandas as pd

NOBODY = -1
DEFAULT_SPACE = "shared"
IDENTITY = ["source", "customer_space", "customer_ref", "email", "phone", "visitor_ref"]


def text(rows: pd.DataFrame, name: str) -> pd.Series:
    """One column as text, "" where it is null or where the frame has no such column."""
    if name not in rows:
        return pd.Series(DEFAULT_SPACE if name == "customer_space" else "", index=rows.index)
    return rows[name].astype(object).where(rows[name].notna(), "").astype(str)


def day(as_of: date) -> pd.Timestamp:
    """A date as the timestamp that day columns are compared with."""
    return pd.Timestamp(as_of.year, as_of.month, as_of.day)


def dated_until(as_of: date, rows: pd.DataFrame, on: str, at: str) -> pd.DataFrame:
    """The rows dated as_of or earlier, with `on` as a day and `at` as a UTC instant."""
    rows = rows.assign(**{on: pd.to_datetime(rows[on])})
    rows = rows[rows[on] <= day(as_of)]
    instants = pd.to_datetime(rows[at], utc=True)
    return rows.assign(**{at: instants, "has_time": rows["has_time"].astype(bool)})


def in_window(days: pd.Series, as_of: date, length: int) -> pd.Series:
    """Whether each day is among the `length` days that end with as_of."""
    last = day(as_of)
    return (days > last - pd.Timedelta(days=length)) & (days <= last)


def units(amounts: pd.Series) -> pd.Series:
    """Exact amounts as whole 10^-4 units; null is 0; a finer amount is an error."""
    whole = []
    for amount in amounts.astype(object).where(amounts.notna(), 0):
        scaled = Decimal(amount) * 10_000
        if scaled != int(scaled):
            raise ValueError(f"The amount {amount} is finer than the oracle's 0.0001.")
        whole.append(int(scaled))
    return pd.Series(whole, index=amounts.index, dtype="int64")


def money(whole: int) -> Decimal:
    """Whole 10^-4 units as an exact amount."""
    return Decimal(int(whole)).scaleb(-4)


def signs(quantities: pd.Series) -> pd.Series:
    """1, 0 or -1 for each quantity."""
    found = []
    for quantity in quantities.astype(object):
        exact = Decimal(str(quantity))
        found.append((exact > 0) - (exact < 0))
    return pd.Series(found, index=quantities.index, dtype="int64")


def ratio(above: int, below: int) -> float | None:
    """One float division of two exact numbers; None when the denominator is 0."""
    return float(above) / float(below) if below else None


def belongs_to(people: Mapping, row) -> int:
    """The person of one row: by its customer_ref if it has one, else e-mail, phone, visitor."""
    if row.customer_ref:
        return people.get(("ref", row.customer_space, row.customer_ref), NOBODY)
    names = [("email", row.email), ("phone", row.phone), ("visitor", row.source, row.visitor_ref)]
    for name in names:
        if name in people:
            return people[name]
    return NOBODY


def with_person(rows: pd.DataFrame, people: Mapping) -> pd.DataFrame:
    """The rows that belong to somebody, with their person_id."""
    rows = rows.assign(**{name: text(rows, name) for name in IDENTITY})
    distinct = rows[IDENTITY].drop_duplicates()
    owners = [belongs_to(people, row) for row in distinct.itertuples(index=False)]
    distinct = distinct.assign(person_id=pd.Series(owners, index=distinct.index, dtype="int64"))
    rows = rows.merge(distinct, on=IDENTITY, how="left")
    return rows[rows["person_id"] != NOBODY].reset_index(drop=True)
