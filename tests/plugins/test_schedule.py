"""Which day a run is about: scheduled, by hand and backfilled, where clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from plugins import business_day

# The days on which clocks change in 2026.
CHANGES = [
    ("America/New_York", date(2026, 3, 8)), ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)), ("Europe/Berlin", date(2026, 10, 25)),
    ("Pacific/Auckland", date(2026, 4, 5)), ("Pacific/Auckland", date(2026, 9, 27)),
]  # fmt: skip
ONE = timedelta(days=1)


@pytest.fixture
def business_days(airflow_home):
    """The timetable of a zone, as the scheduler has it: written and read back by Airflow."""
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    from plugins.schedule import BusinessDays

    def make(zone, first=None, last=None):
        return decode_timetable(encode_timetable(BusinessDays(zone, first, last)))

    return make


def at(zone: str, day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return an instant of a local clock, in UTC, as Airflow gives it."""
    import pendulum

    local = datetime.combine(day, time(hour, minute), ZoneInfo(zone))
    return pendulum.instance(local.astimezone(UTC))


def scheduled(timetable, monkeypatch, now, last=None):
    """Return the run that the scheduler would create next, if it were `now`."""
    from airflow.timetables.base import TimeRestriction

    monkeypatch.setattr("airflow.timetables.interval.utcnow", lambda: now)
    return timetable.next_dagrun_info(
        last_automated_data_interval=last, restriction=TimeRestriction(None, None, False)
    )


def backfilled(timetable, start, end):
    """Return the days of a backfill, walked as Airflow walks it."""
    from airflow.timetables.base import TimeRestriction

    interval, found = None, []
    while info := timetable.next_dagrun_info(
        last_automated_data_interval=interval, restriction=TimeRestriction(start, end, True)
    ):
        interval = info.data_interval
        found.append(interval.start)
    return found


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_a_scheduled_run_is_about_the_day_that_has_just_ended(
    business_days, monkeypatch, zone, change
):
    timetable, interval = business_days(zone), None
    for day in (change - ONE, change, change + ONE):
        info = scheduled(timetable, monkeypatch, at(zone, day + ONE, 0, 10), interval)
        interval = info.data_interval
        assert business_day.as_of(interval.start, zone) == day
        assert (interval.start, interval.end) == (at(zone, day), at(zone, day + ONE))
        assert info.run_after == at(zone, day + ONE)


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@pytest.mark.parametrize(("hour", "minute"), [(0, 1), (1, 30), (3, 30), (12, 0), (23, 59)])
def test_a_run_by_hand_is_about_the_day_before(business_days, zone, change, hour, minute):
    for day in (change - ONE, change, change + ONE):
        moment = at(zone, day, hour, minute)
        interval = business_days(zone).infer_manual_data_interval(run_after=moment)
        assert business_day.as_of(interval.start, zone) == day - ONE


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_a_backfill_is_about_exactly_its_days(business_days, zone, change):
    first, last = change - 2 * ONE, change + 2 * ONE
    starts = backfilled(business_days(zone), at(zone, first), at(zone, last))
    assert [business_day.as_of(start, zone) for start in starts] == [
        first + n * ONE for n in range(5)
    ]


def test_the_schedule_ends(business_days, monkeypatch):
    zone = "America/New_York"
    timetable = business_days(zone, date(2017, 12, 24), date(2017, 12, 31))
    assert scheduled(timetable, monkeypatch, at(zone, date(2026, 11, 22), 9)) is None
    last = scheduled(timetable, monkeypatch, at(zone, date(2018, 1, 1), 0, 5))
    assert business_day.as_of(last.data_interval.start, zone) == date(2017, 12, 31)
    after = at(zone, date(2018, 1, 2), 0, 5)
    assert scheduled(timetable, monkeypatch, after, last.data_interval) is None


def test_the_schedule_begins(business_days, monkeypatch):
    zone = "America/New_York"
    timetable = business_days(zone, date(2026, 11, 20), None)
    first = scheduled(timetable, monkeypatch, at(zone, date(2026, 11, 1), 9))
    assert business_day.as_of(first.data_interval.start, zone) == date(2026, 11, 20)
    assert first.run_after == at(zone, date(2026, 11, 21))


def test_a_backfill_is_not_held_to_the_schedule(business_days):
    zone = "Europe/Berlin"
    timetable = business_days(zone, date(2017, 12, 24), date(2017, 12, 31))
    starts = backfilled(timetable, at(zone, date(2017, 12, 23)), at(zone, date(2018, 1, 1)))
    assert len(starts) == 10


def test_timetables_differ_by_their_ends(business_days):
    day = date(2026, 11, 20)
    assert business_days("UTC", day).serialize() != business_days("UTC").serialize()
