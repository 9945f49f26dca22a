"""A scripted story: four days of a small shop in New York, the clocks going back on the third."""

from datetime import date, timedelta

from tests.promise import happenings as the
from tests.promise import trouble
from tests.promise.happenings import Who
from tests.promise.script import Happening
from tests.promise.shop import START, RandomShop

FIRST = START + timedelta(days=1)
SILENT = START + timedelta(days=2)  # its only line is deleted later, and comes again at last
OUTAGE = START + timedelta(days=3)  # no night is run for it; 25 hours long
LAST = START + timedelta(days=4)
DAYS = [FIRST, SILENT, OUTAGE, LAST]
OLD = START - timedelta(days=21)
C1, C3, GUEST = Who("c1"), Who("c3"), Who(email="guest@x.org")


def sold(who: Who, on: date) -> the.Sale:
    return the.Sale(who, on, "12:00:00", (("p1", 1, 9),))


ON_THE_SILENT_DAY: list[Happening] = [
    sold(C1, SILENT),
    the.Visit("v7", "c7", "", "", SILENT, "15:00", 5, ("page_view", "login")),
]
BEFORE_THE_LAST: list[Happening] = [
    sold(C3, OLD),
    sold(GUEST, OLD),
    sold(GUEST, OUTAGE),
    the.Correction(3, (("net_amount", "77.75"),)),
    the.Correction(8, (("ordered_at", f"{OLD} 12:00:00"),)),
    trouble.Dirt("letters", 5, False),
    trouble.SameFile(1),  # the files of earlier nights
    trouble.SameRows(3),
    the.Return(2, LAST, False),
    the.Card("c1", "e2@x.org", "", None, "2026-10-20", ""),  # now the same person as c2
    the.OtherVisitor(0, ""),  # what linked v0 to c0 is withdrawn
    the.WholeOrder(1, C3, OLD, (("p0", 2, 3), ("p2", 1, 4))),
    the.Shorter(0),
    the.Category("p4", "tea"),
    the.Deletion("web", 3),
    the.Deletion("till", 27),  # the sale of the silent day
]
LATER: list[Happening] = [sold(C1, OLD), the.Deletion("till", 4), the.Category("p0", "oil")]
AT_LAST: list[Happening] = [sold(C3, SILENT)]


def tell(shop: RandomShop, night: date, happened: list[Happening]) -> None:
    """Let it happen, and write what the shop's systems send of it."""
    shop.night = night
    for happening in happened:
        happening.happen(shop)
    shop.send()
