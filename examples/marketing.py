"""The panel's real mailings and coupon redemptions as events that know only their date."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from examples import days, files, panel


def write_history(folder: Path) -> None:
    """Write all marketing events up to the last day of the history as one file."""
    first = min(events["occurred_on"].min() for events in all_events())
    stem = f"marketing_{days.history_name(date.fromisoformat(first))}"
    last = str(days.LAST_HISTORY_DAY)
    known = [events[events["occurred_on"] <= last] for events in all_events()]
    files.write_jsonl(folder / f"{stem}.jsonl", *known)


def write_day(folder: Path, day: date) -> None:
    """Write the marketing events of a day; a day without any gets no file."""
    of_day = [events[events["occurred_on"] == str(day)] for events in all_events()]
    if any(len(events) for events in of_day):
        files.write_jsonl(folder / f"marketing_{day}.jsonl", *of_day)


@cache
def all_events() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return mailings, dated by the start of their campaign, and redemptions, ids as text."""
    loaded = panel.load()
    sent = loaded.mailings.assign(event_type="mail_sent")
    redeemed = loaded.redemptions.assign(event_type="coupon_redeemed")
    sent = sent.rename(columns={"start_date": "occurred_on", "end_date": "ends_on"})
    redeemed = redeemed.rename(columns={"redemption_date": "occurred_on"})
    first = ["event_type", "occurred_on", "household_id", "campaign_id"]
    return (
        _as_text(sent[[*first, "campaign_type", "ends_on"]]),
        _as_text(redeemed[[*first, "coupon_upc"]]),
    )


def _as_text(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events in order, every column as text."""
    ordered = events.sort_values(["occurred_on", "campaign_id", "household_id"], kind="stable")
    return ordered.astype(str)
