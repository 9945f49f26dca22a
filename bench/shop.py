"""A made-up shop of any size: the same rows for the same number of people, whoever asks.

Every day is made alone, from the seed and its number, so that memory does not grow with the shop.
A few buy much and most buy little; people join, come back and stop for good; some orders are
returns or guests'; visitors browse unknown until they log in; households share an e-mail.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

SEED = 20171224
FIRST_DAY = date(2022, 1, 1)
HISTORY_DAYS = 730  # two years; the day after them is the night's
LINES_PER_PERSON = 20
EVENTS_PER_PERSON = 50
LINES_PER_ORDER = 2.5
EVENTS_PER_SESSION = 6
MOST_PRODUCTS, LEAST_PRODUCTS, PEOPLE_PER_PRODUCT = 10_000, 50, 5
CATEGORY_COUNT = 60
BY_WEEKDAY = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9])  # Monday first
COLUMNS = (
    "order_id", "line_no", "ordered_at", "customer_ref", "email", "product_ref", "quantity",
    "net_amount", "discount_amount",
)  # fmt: skip
MONEY = pa.decimal128(18, 2)
EVENT_TYPES = pa.array(["page_view", "product_view", "cart_add", "checkout", "login"])


def day_of(number: int) -> date:
    """Return the date of a day by its number, 0 the first."""
    return FIRST_DAY + timedelta(days=number)


def text(*parts: object) -> pa.Array:
    """Return texts put together from arrays and words."""
    given = (part if isinstance(part, str) else pa.array(part).cast(pa.string()) for part in parts)
    return pc.binary_join_element_wise(*given, "")


def money(cents: np.ndarray) -> pa.Array:
    """Return whole cents as exact amounts."""
    low_high = np.stack([cents, cents >> 63], axis=1).astype(np.int64)
    return pa.Array.from_buffers(MONEY, len(cents), [None, pa.py_buffer(low_high)])


@dataclass(frozen=True)
class Shop:
    """A shop with so many people, twenty order lines and fifty events each over two years."""

    people: int

    @property
    def product_count(self) -> int:
        """How many products the catalogue has."""
        return min(max(self.people // PEOPLE_PER_PRODUCT, LEAST_PRODUCTS), MOST_PRODUCTS)

    @cached_property
    def activity(self) -> np.ndarray:
        """Running sum over people of how much each does, heavy-tailed, as float64 (people,)."""
        random = np.random.default_rng([SEED, 1])
        return np.cumsum(random.lognormal(0.0, 1.1, self.people))

    @cached_property
    def joined(self) -> np.ndarray:
        """The day each person joined, rising; two of five before the first, a few after all."""
        days = np.linspace(-0.66 * HISTORY_DAYS, HISTORY_DAYS + 20, self.people)
        return np.maximum(days, -1).astype(int)

    @cached_property
    def left(self) -> np.ndarray:
        """The day from which each person buys nothing more."""
        random = np.random.default_rng([SEED, 2])
        stay = random.exponential(900, self.people) + 1
        return np.maximum(self.joined, 0) + stay.astype(int)

    @cached_property
    def shares(self) -> np.ndarray:
        """Each day's share of two years' orders; the days after them are like the last."""
        days = np.arange(HISTORY_DAYS)
        there = self.activity[np.searchsorted(self.joined, days, "right") - 1]
        weekday = (days + FIRST_DAY.weekday()) % 7
        rates = there * BY_WEEKDAY[weekday]
        return rates / rates.sum()

    def first_day_of_last(self, share: float) -> int:
        """Return the day from which the history holds this share of its rows."""
        return HISTORY_DAYS - 1 - int(np.searchsorted(np.cumsum(self.shares[::-1]), share - 1e-9))

    def _count(self, day: int, per_person: float) -> int:
        like = day if day < HISTORY_DAYS else HISTORY_DAYS - 7 + (day - HISTORY_DAYS) % 7
        return max(int(self.shares[like] * self.people * per_person), 1)

    def _draw(self, random: np.random.Generator, day: int, count: int) -> np.ndarray:
        """Return so many people who are customers on a day, the active ones more often."""
        there = int(np.searchsorted(self.joined, day, "right"))
        drawn = np.searchsorted(self.activity, random.random(4 * count) * self.activity[there - 1])
        staying = drawn[self.left[drawn] > day]
        return np.resize(staying if len(staying) else np.array([there - 1]), count)

    def customers(self, first: int, last: int) -> pa.Table:
        """Return the records of the people who joined from one day to another, both included."""
        p = np.flatnonzero((self.joined >= first) & (self.joined <= last))
        days = np.datetime64(FIRST_DAY) + self.joined[p]
        phone = pa.array(np.where(p % 200 == 0, np.maximum(p - 3, 0), p), mask=p % 3 > 0)
        return pa.table(
            {
                "customer_ref": text("c", p),
                "created_at": text(days),
                "email": self.email(p),
                "phone": text("+1 555 ", phone),
                "given_name": text("Given", p % 500),
                "family_name": text("Family", p % 4001),
                "consent_marketing": text(pa.array(p % 5 > 0)),
                "consent_profiling": text(pa.array(p % 25 > 0)),
            }
        )

    def email(self, p: np.ndarray) -> pa.Array:
        """Return people's e-mails: one in fifty shares a neighbour's, some share the office's."""
        own = text("c", np.where(p % 50 == 0, np.maximum(p - 1, 0), p), "@example.org")
        return pc.if_else(pa.array(p % 997 == 0), pa.scalar("office@example.com"), own)

    def products(self) -> pa.Table:
        """Return the catalogue."""
        p = np.arange(self.product_count)
        return pa.table(
            {
                "product_ref": text("p", p),
                "name": text("Product ", p),
                "category": text("Category ", p * 7919 % CATEGORY_COUNT),
                "brand": text("Brand ", p % 300),
            }
        )

    def lines(self, day: int) -> pa.Table:
        """Return the order lines of a day."""
        random = np.random.default_rng([SEED, 3, day])
        orders = self._count(day, LINES_PER_PERSON / LINES_PER_ORDER)
        people = self._draw(random, day, orders)
        is_return, is_guest = random.random(orders) < 0.03, random.random(orders) < 0.05
        at = np.sort(random.integers(8 * 3600, 22 * 3600, orders))
        sizes = random.geometric(1 / LINES_PER_ORDER, orders)
        of = np.repeat(np.arange(orders), sizes)
        line_no = np.arange(len(of)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + 1
        sign = np.where(is_return[of], -1, 1)
        is_coupon = (random.random(len(of)) < 0.01) & (line_no > 1)
        pieces = np.where(is_coupon, 0, sign * random.geometric(0.75, len(of)))
        price = random.lognormal(6.5, 0.8, len(of)).astype(int) + 50
        full = np.where(is_coupon, -100, pieces * price)
        off = np.where(random.random(len(of)) < 0.15, np.abs(full) // 5, 0) * (pieces > 0)
        guests, known = people[of], np.where(people[of] % 2 == 0, "c", "g")
        return pa.table(
            {
                "order_id": _numbered("o", day, of),
                "line_no": pa.array(line_no),
                "ordered_at": _instants(day, at[of]),
                "customer_ref": _unless(is_guest[of], text("c", people[of])),
                "email": _unless(~is_guest[of], text(known, guests, "@example.org")),
                "product_ref": self._products(random, len(of)),
                "quantity": pa.array(pieces),
                "net_amount": money(full - off),
                "discount_amount": money(off),
            }
        )

    def events(self, day: int) -> pa.Table:
        """Return the web events of a day, session by session."""
        random = np.random.default_rng([SEED, 4, day])
        sessions = self._count(day, EVENTS_PER_PERSON / EVENTS_PER_SESSION)
        people = self._draw(random, day, sessions)
        is_unknown = random.random(sessions) < 0.25
        device = np.where(random.random(sessions) < 0.01, people - people % 2, people)
        visitors = pc.if_else(
            pa.array(is_unknown),
            _numbered("a", day, np.arange(sessions)),
            text("v", device, "-", pa.array(random.integers(0, 2, sessions))),
        )
        begins = np.sort(random.integers(0, 23 * 3600, sessions))
        sizes = random.geometric(1 / EVENTS_PER_SESSION, sessions)
        logs_in = np.where(random.random(sessions) < 0.35, random.integers(0, 4, sessions), 99)
        logs_in[is_unknown] = 99
        of = np.repeat(np.arange(sessions), sizes)
        place = np.arange(len(of)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        kinds = random.choice(4, len(of), p=[0.42, 0.45, 0.1, 0.03])
        kinds = np.where(place == logs_in[of], 4, kinds)
        has_product = (kinds == 1) | (kinds == 2)
        no_session = random.random(sessions) < 0.2
        return pa.table(
            {
                "event_id": _numbered("e", day, np.arange(len(of))),
                "occurred_at": _instants(day, begins[of] + place * 40),
                "event_type": EVENT_TYPES.take(pa.array(kinds)),
                "visitor_ref": visitors.take(pa.array(of)),
                "customer_ref": _unless(place < logs_in[of], text("c", people[of])),
                "session_ref": _unless(no_session[of], _numbered("s", day, of)),
                "product_ref": _unless(~has_product, self._products(random, len(of))),
            }
        )

    def _products(self, random: np.random.Generator, count: int) -> pa.Array:
        """Return products, the first ones far more often."""
        return text("p", (self.product_count * random.random(count) ** 3).astype(int))

    def late_lines(self, day: int) -> pa.Table:
        """Return what else arrives with a day: orders of earlier days, and corrected prices."""
        some = [self.lines(earlier) for earlier in (day - 20, day - 3, day - 1)]
        late = [table.slice(0, max(table.num_rows // 200, 1)) for table in some]
        ids = [text("late-", table["order_id"].combine_chunks()) for table in late[:2]]
        late[:2] = [table.set_column(0, "order_id", i) for table, i in zip(late, ids, strict=False)]
        cheaper = pc.subtract(late[2]["net_amount"], pa.scalar(Decimal("0.01"), MONEY))
        late[2] = late[2].set_column(7, "net_amount", cheaper.cast(MONEY))
        return pa.concat_tables(late)


def _numbered(letter: str, day: int, numbers: np.ndarray) -> pa.Array:
    return text(f"{letter}{day}-", numbers)


def _unless(condition: np.ndarray, values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(condition), pa.scalar(None, pa.string()), values)


def _instants(day: int, seconds: np.ndarray) -> pa.Array:
    midnight = np.datetime64(day_of(day)).astype("datetime64[us]")
    return pa.array(midnight + seconds.astype("timedelta64[s]"), pa.timestamp("us", "UTC"))


def write_till(path: Path, line_count: int) -> None:
    """Write a CSV of so many order lines over two years, twenty a person."""
    shop = Shop(max(line_count // LINES_PER_PERSON, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    with arrow_csv.CSVWriter(path, shop.lines(0).schema) as writer:
        left, day = line_count, 0
        while left > 0:
            table = shop.lines(day).slice(0, left)
            writer.write_table(table)
            left, day = left - table.num_rows, day + 1
