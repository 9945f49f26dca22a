"""A cursor goes back as it is written, and never a step in the wrong direction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.configuration.sources.cursor import capped, earlier, is_lookback, later
from pipelines.errors import SourceUnreadable
from tests.support.drawn_rows import NOW


@pytest.mark.parametrize(
    ("value", "lookback", "expected"),
    [
        ("2026-03-01 00:30:00+00", "1 hour", "2026-02-28 23:30:00+00"),
        ("2026-03-01T00:30:00.250Z", "30 minutes", "2026-03-01T00:00:00.250Z"),
        ("2026-03-01T00:30:00-05:00", "2 days", "2026-02-27T00:30:00-05:00"),
        ("2026-03-01 10:30", "1 hour", "2026-03-01 09:30"),
        ("2026-03-01", "1 day", "2026-02-28"),
        ("2026-03-01", "1 hour", "2026-02-28"),
        ("1000", 10, "990"),
        ("10.5", 0.25, "10.25"),
        ("12345678901234567890123", 1, "12345678901234567890122"),
        ("anything", 0, "anything"),
    ],
)
def test_a_value_moved_back_is_written_as_it_was(value, lookback, expected):
    assert earlier(value, lookback) == expected


@pytest.mark.parametrize(
    ("value", "lookback"),
    [("2026-03-01", 5), ("17", "2 days"), ("01H", 1), ("0044-03-15 BC", "1 day")],
)  # fmt: skip
def test_what_cannot_be_moved_back_is_said(value, lookback):
    with pytest.raises(SourceUnreadable, match="numbers take a number"):
        earlier(value, lookback)


@pytest.mark.parametrize(
    ("first", "second", "greater"),
    [
        ("9", "10", "10"),
        ("2026-03-01T10:00:00+02:00", "2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z"),
        ("2026-03-01 10:00:00+00", "2026-03-01 10:00:00.5+00", "2026-03-01 10:00:00.5+00"),
        (None, "1", "1"),
        ("1", None, "1"),
        ("01HB", "01HA", "01HB"),
    ],
)
def test_the_greater_of_two_is_kept(first, second, greater):
    assert later(first, second) == greater
    assert later(second, first) == greater


@given(st.datetimes(), st.sampled_from(["days", "hours", "minutes"]), st.integers(1, 40))
def test_an_instant_moved_back_is_never_later(instant, unit, count):
    value = instant.isoformat(" ")
    try:
        moved = earlier(value, f"{count} {unit}")
    except SourceUnreadable:  # before the year 1
        assert instant.year == 1
        return
    assert later(moved, value) == value != moved


@pytest.mark.parametrize("value", [0, 5, 0.5, "1 day", "36 hours", "90 minutes"])
def test_lookbacks(value):
    assert is_lookback(value)


@pytest.mark.parametrize("value", [-1, True, "5", "1 week", "days", None, "1.5 days"])
def test_no_lookbacks(value):
    assert not is_lookback(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-21 02:00:00+00", "2026-11-21 02:00:00+00"),
        ("2999-01-01 00:00:00.5+01", "2026-11-21 03:00:00.0+01"),
        ("2999-01-01T00:00:00Z", "2026-11-21T02:00:00Z"),
        ("2999-01-01", "2026-11-21"),
        ("9999999999", "9999999999"),
        ("zzz", "zzz"),
    ],
)
def test_an_instant_after_tomorrow_is_capped(value, expected):
    assert capped(value, NOW) == expected
