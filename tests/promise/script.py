"""How hypothesis draws a script: some nights, and before each what happened in the shop."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from hypothesis import strategies as st

from tests.promise import happenings as the
from tests.promise import trouble
from tests.promise.shop import DIRT, START, RandomShop

MOST_NIGHTS = 5
MOST_REPAIRS = 4
HAPPENINGS = 7  # before each night

REFS = [f"c{n}" for n in range(12)]
EMAILS = ["", *(f"e{n}@x.org" for n in range(8)), " E1@X.org "]
PHONES = ["", "+49 30 20081", "0049-30-20082", "+49 30 1"]  # the last reaches nobody
PRODUCTS = [f"p{n}" for n in range(7)]  # the last is in no catalogue
TYPES = ["page_view", "product_view", "cart_add", "checkout", "login", "mail_opened", "odd"]


class Happening(Protocol):
    """What every happening can do."""

    def happen(self, shop: RandomShop) -> None:
        """Change the shop."""


@dataclass(frozen=True)
class Script:
    """Nights by business day, what happened before each; days to mend and fill in at the end."""

    nights: tuple[tuple[date, tuple[Happening, ...]], ...]
    repairs: tuple[date, ...]


# Days at which something enters or leaves a window of a night, late or ahead of its time.
days = st.builds(
    lambda window, shift: START + timedelta(days=shift - window),
    st.sampled_from([0, 0, 30, 7, 90, 365]),
    st.integers(-2, 9),
)
picks = st.integers(0, 60)
refs = st.sampled_from(REFS)
people = st.one_of(
    st.builds(the.Who, refs),
    st.builds(the.Who, refs),
    st.builds(the.Who, email=st.sampled_from(EMAILS)),
    st.builds(the.Who, refs, st.sampled_from(EMAILS)),
    st.builds(the.Who, email=st.sampled_from(EMAILS), phone=st.sampled_from(PHONES)),
)
goods = st.lists(
    st.tuples(st.sampled_from(PRODUCTS), st.sampled_from([1, 1, 2, 0]), st.integers(1, 40)),
    min_size=1, max_size=3,
).map(tuple)  # fmt: skip
times = st.sampled_from(["12:00:00", "00:00:00", "23:59:59", "08:30:00"])
cells = st.one_of(
    st.builds(lambda n: (("net_amount", f"{n}.75"),), st.integers(1, 40)),
    st.builds(lambda day: (("ordered_at", f"{day} 12:00:00"),), days),
    st.builds(lambda who: tuple(who.cells.items()), people),
    st.builds(lambda product: (("product_ref", product),), st.sampled_from(PRODUCTS)),
    st.just((("quantity", "0"),)),
)
sales = st.builds(the.Sale, people, days, times, goods)
corrections = st.builds(the.Correction, picks, cells)
visits = st.builds(
    the.Visit, st.sampled_from(["v1", "v2", "v3", "v4", "v5"]),
    st.one_of(st.just(""), refs), st.sampled_from(["", "", "", "e1@x.org"]),
    st.sampled_from(["", "", "s1", "s2"]), days, st.sampled_from(["15:00", "03:50", "23:50"]),
    st.sampled_from([5, 30, 31]),
    st.lists(st.sampled_from(TYPES), min_size=1, max_size=4).map(tuple),
)  # fmt: skip
cards = st.builds(
    the.Card, refs, st.sampled_from(EMAILS), st.sampled_from(PHONES), st.one_of(st.none(), days),
    st.sampled_from(["", "2026-10-20", "2026-10-25"]), st.sampled_from(["", "", "false", "true"]),
)  # fmt: skip

happenings = st.one_of(
    st.just(the.Nothing()),
    sales,
    sales,
    corrections,
    corrections,
    visits,
    st.builds(the.Return, picks, days, st.booleans()),
    st.builds(the.Deletion, st.sampled_from(["till", "web", "crm", "catalogue"]), picks),
    st.builds(the.WholeOrder, picks, people, days, goods),
    st.builds(the.Shorter, picks),
    cards,
    st.builds(the.OtherVisitor, picks, st.one_of(st.just(""), refs)),
    st.builds(the.Footprint, st.sampled_from(["v1", "v6"]), refs, days, st.integers(1, 2)),
    st.builds(the.Category, st.sampled_from(PRODUCTS), st.sampled_from(["tea", "jam", "oil", ""])),
    st.builds(trouble.Dirt, st.sampled_from(sorted(DIRT)), picks, st.booleans()),
    st.builds(trouble.SameFile, picks),
    st.builds(trouble.SameRows, picks),
    st.builds(trouble.Repair, picks),
)


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """Draw a script; it shrinks to nights on which nothing happens."""
    day, nights = START, []
    for _ in range(MOST_NIGHTS):
        before = draw(st.lists(happenings, min_size=HAPPENINGS, max_size=HAPPENINGS))
        nights.append((day, tuple(before)))
        day += timedelta(days=draw(st.sampled_from([1, 1, 1, 2, 3])))  # more than 1: an outage
    last = nights[-1][0]
    every = [START + timedelta(days=n) for n in range((last - START).days + 1)]
    return Script(tuple(nights), tuple(draw(st.permutations(every))[:MOST_REPAIRS]))
