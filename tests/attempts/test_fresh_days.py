"""Days on which the shop is closed do not count against the freshness of its lines."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.configuration.holidays import LONGEST_CLOSED, ShopCalendar
from pipelines.errors import NightTooStale
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS

LAST = date(2026, 12, 23)
CLOSED = [LAST + timedelta(days=n) for n in range(1, 12)]  # from 24 December to 3 January


@pytest.mark.parametrize("as_of", [date(2027, 1, 3), date(2027, 1, 5)])
def test_a_shop_that_is_closed_over_new_year_has_its_nights(new_shop, as_of):
    shop = new_shop(freshness_days=3)
    shop.write("till/1.csv", [line("a", str(LAST))], LINE_COLUMNS)
    calendar = {"days": CLOSED}
    shop.configure("settings", {"business_time_zone": "UTC", "holidays": calendar})
    shop.clock = lambda: datetime(2027, 2, 1, tzinfo=UTC)
    shop.night(as_of)
    with pytest.raises(NightTooStale):
        shop.night(date(2027, 1, 6))  # three days open, and nothing came
    shop.configure("settings", {"business_time_zone": "UTC"})
    with pytest.raises(NightTooStale):
        shop.night(as_of)


def test_a_countrys_holidays_do_not_count_and_an_endless_calendar_ends():
    german = ShopCalendar("DE")
    assert german.before_open_days(date(2026, 12, 27), 2) == date(2026, 12, 23)
    assert ShopCalendar().before_open_days(date(2026, 12, 27), 2) == date(2026, 12, 25)
    every = frozenset(date(2026, 12, 27) - timedelta(days=n) for n in range(1000))
    found = ShopCalendar(days=every).before_open_days(date(2026, 12, 27), 2)
    assert found == date(2026, 12, 27) - timedelta(days=2 + LONGEST_CLOSED)
