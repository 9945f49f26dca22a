"""Which business day a run is about."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipelines.configuration.load import read_configuration
from pipelines.errors import NothingThere
from plugins import business_day
from tests.support.shop import CHECKOUT


@pytest.fixture
def demo(tmp_path):
    """The demo's configuration, whose schedule is 2017-12-24 to 2017-12-31 in New York."""
    return read_configuration(CHECKOUT / "config", tmp_path)


EVENING = datetime(2017, 12, 28, 4, 59, tzinfo=UTC)  # 23:59 of the 27th in New York


def test_the_day_is_that_of_the_business_and_not_of_utc():
    assert business_day.as_of(EVENING, "America/New_York") == date(2017, 12, 27)
    assert business_day.as_of(EVENING, "Pacific/Auckland") == date(2017, 12, 28)


def test_the_override_wins():
    assert business_day.as_of(EVENING, "UTC", "2017-12-24") == date(2017, 12, 24)
    assert business_day.as_of(None, "UTC", "2017-12-24") == date(2017, 12, 24)


def test_an_override_may_lie_outside_the_schedule(demo):
    assert business_day.of_run(demo, EVENING, "2017-12-01") == date(2017, 12, 1)


def test_without_an_interval_the_day_must_be_named():
    with pytest.raises(NothingThere, match=r"covers no day of its own\. Name the day"):
        business_day.as_of(None, "UTC")


def test_an_override_that_is_no_day_is_told():
    with pytest.raises(NothingThere, match="as_of is 'yesterday', which is no day"):
        business_day.as_of(EVENING, "UTC", "yesterday")


def test_a_run_by_hand_outside_the_schedule_builds_nothing_of_today(demo):
    today = datetime(2026, 11, 22, tzinfo=UTC)
    with pytest.raises(
        NothingThere, match=r"the schedule of settings.yml \(2017-12-24 to 2017-12-31\)"
    ):
        business_day.of_run(demo, today, None)


def test_a_living_shop_has_no_end(demo):
    today = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert business_day.of_run(replace(demo, schedule_end=None), today, None) == date(2026, 11, 22)
