"""What counts as unusual, without a database: against numpy, and on the demo's real days."""

from collections import deque
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import median_abs_deviation

from examples import days, panel
from pipelines.checking import baseline
from pipelines.checking.baseline import LIMIT, MAD_TO_SIGMA, baseline_of
from pipelines.configuration.holidays import ShopCalendar

MONDAY = date(2026, 11, 16)
NONE = ShopCalendar()


@given(st.lists(st.integers(0, 10**9), min_size=4, max_size=8), st.floats(0, 1e6))
def test_the_middle_and_how_far_it_strays_are_those_of_scipy(before, floor):
    known = baseline_of(before)
    assert known.median == np.median(before)
    assert known.mad == median_abs_deviation(before)
    sigma = median_abs_deviation(before, scale=1 / MAD_TO_SIGMA)
    assert known.limit(floor) == pytest.approx(LIMIT * max(sigma, floor))


def test_three_weeks_before_say_nothing():
    assert baseline_of([100, 100, 100]) is None
    assert baseline_of([100, 100, 100, 100]).count == 4


def weeks(*rows):
    """Return the rows of the Mondays before MONDAY, the nearest first."""
    return {MONDAY - timedelta(weeks=n): count for n, count in enumerate(rows, 1)}


@pytest.mark.parametrize(
    ("rows", "is_unusual"),
    [(1000, False), (601, False), (599, True), (1399, False), (1401, True), (0, True)],
)
def test_a_monday_is_held_against_mondays_and_forty_percent_off_is_too_far(rows, is_unusual):
    before = weeks(1000, 990, 1010, 1000, 1000)
    # The Sunday before sold as little as it always does.
    before |= {day - timedelta(days=1): 50 for day in (MONDAY, *before)}
    assert bool(baseline.unusual_days({MONDAY: rows}, before, NONE)) is is_unusual


def test_a_source_that_always_strays_may_stray_so_far_again():
    before = weeks(1000, 500, 1500, 800, 1200, 600)
    assert baseline.unusual_days({MONDAY: 100}, before, NONE) is None
    assert "Monday 2026-11-16" in baseline.unusual_days({MONDAY: 10_000}, before, NONE)


def test_few_rows_too_few_weeks_and_days_that_are_not_new_say_nothing():
    assert baseline.unusual_days({MONDAY: 1}, weeks(90, 90, 90, 90), NONE) is None
    assert baseline.unusual_days({MONDAY: 1}, weeks(1000, 1000, 1000), NONE) is None
    before = weeks(1000, 1000, 1000, 1000)
    assert baseline.unusual_days({MONDAY: 1}, before | {MONDAY: 900}, NONE) is None
    assert baseline.unusual_days({MONDAY: 1}, {}, NONE) is None


def test_a_holiday_is_no_alarm_and_no_measure_for_other_days():
    before = weeks(1000, 1000, 1000, 1000)
    own = ShopCalendar(days=frozenset({MONDAY}))
    assert baseline.unusual_days({MONDAY: 1}, before, own) is None
    closed = {MONDAY - timedelta(weeks=n): 0 for n in (5, 6, 7, 8)}
    calendar = ShopCalendar(days=frozenset(closed))
    assert baseline.same_weekdays(MONDAY, before | closed, calendar) == [
        1000, 1000, 1000, 1000,
    ]  # fmt: skip
    thanksgiving = ShopCalendar("US")
    assert date(2017, 11, 23) in thanksgiving
    assert date(2017, 11, 24) not in thanksgiving
    assert date(2021, 11, 1) in ShopCalendar("DE", "BY")
    assert date(2021, 11, 1) not in ShopCalendar("DE", "BE")


def test_a_batch_of_many_odd_days_names_three_and_counts_the_rest():
    before = {MONDAY - timedelta(days=n): 1000 for n in range(1, 60)}
    sent = {MONDAY + timedelta(days=n): 1 for n in range(5)}
    said = baseline.unusual_days(sent, before, NONE)
    assert said.count("rows are dated") == 3
    assert said.endswith("And 2 more days.")


def test_a_file_is_held_against_files_until_weekdays_are_known():
    before = deque([200, 190, 210, 200])
    assert "0.10 times as many" in baseline.unusual_file(20, before, {})
    assert baseline.unusual_file(61, before, {}) is None
    assert baseline.unusual_file(601, before, {MONDAY: 200}) is not None
    assert baseline.unusual_file(601, before, {MONDAY: 1} | weeks(1, 1, 1, 1)) is None


@pytest.fixture(scope="module")
def sold():
    """The rows of each day of the demo's till, a year of a real shop."""
    counted = days.business_day(panel.load().lines["transaction_timestamp"]).value_counts()
    return {pd.Timestamp(day).date(): int(rows) for day, rows in counted.items()}


def judged(sold, calendar, share=1.0):
    """Return the days with weeks before, and those of them that are unusual."""
    found = {}
    for day, rows in sold.items():
        before = {each: count for each, count in sold.items() if each < day}
        if (
            baseline.baseline_of(baseline.same_weekdays(day, before, calendar))
            and day not in calendar
        ):
            found[day] = baseline.unusual_days({day: round(share * rows)}, before, calendar)
    return len(found), sorted(day for day, said in found.items() if said)


def test_of_a_real_year_only_the_days_before_thanksgiving_and_christmas_are_unusual(sold):
    count, unusual_days = judged(sold, ShopCalendar("US"))
    assert count >= 320
    assert unusual_days == [date(2017, 11, 21), date(2017, 11, 22), date(2017, 12, 23)]
    own = ShopCalendar("US", days=frozenset(unusual_days))
    assert judged(sold, own)[1] == []


@pytest.mark.parametrize(("share", "seen"), [(0.3, 0.95), (0.5, 0.65), (2, 0.95)])
def test_of_real_days_that_lost_or_doubled_their_rows_most_are_seen(sold, share, seen):
    count, unusual_days = judged(sold, ShopCalendar("US"), share)
    assert len(unusual_days) / count > seen


def test_a_share_is_unusual_only_well_above_what_was_usual_and_on_enough_rows():
    past: baseline.Shares = {}
    for empty in (1, 2, 0, 1):
        baseline.remember_shares({"email": (empty, 100), "phone": (40, 100)}, past)
    baseline.remember_shares({"email": (50, 50)}, past)  # too few rows to say what is usual
    assert baseline.unusual_shares({"email": (10, 100), "phone": (58, 100)}, past) == {}
    assert baseline.unusual_shares({"email": (50, 99)}, past) == {}
    assert baseline.unusual_shares({"email": (120, 1000), "phone": (1000, 1000)}, past) == {
        "email": "12%, usually 1%",
        "phone": "100%, usually 40%",
    }
    assert baseline.unusual_shares({"email": (0, 100), "city": (100, 100)}, past) == {}
