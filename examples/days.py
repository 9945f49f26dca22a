"""The demo's days: one year of history, then eight nights that arrive one by one."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

FIRST_DAY = date(2017, 1, 1)
LAST_HISTORY_DAY = date(2017, 12, 23)
TRAINED_AS_OF = LAST_HISTORY_DAY
NIGHTS = [LAST_HISTORY_DAY + timedelta(days=n) for n in range(1, 9)]
TIME_ZONE = "America/New_York"


def business_day(instants_utc: pd.Series) -> pd.Series:
    """Return the midnight of the New York day in which each naive UTC instant lies."""
    in_new_york = instants_utc.dt.tz_localize("UTC").dt.tz_convert(TIME_ZONE)
    days: pd.Series = in_new_york.dt.tz_localize(None).dt.normalize()
    return days


def is_history(days: pd.Series) -> pd.Series:
    """Say for each day whether it belongs to the history."""
    return days <= pd.Timestamp(LAST_HISTORY_DAY)


def history_name(first: date = FIRST_DAY) -> str:
    """Return the stem of a history file's name, which sorts before those of the single days."""
    return f"{first}_to_{LAST_HISTORY_DAY}"
