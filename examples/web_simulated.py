"""The files of the web log, whose sessions are all SIMULATED (sessions_simulated.py)."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from examples import days, files, invented, panel
from examples.sessions_simulated import simulate

COLUMNS = ["event_id", "occurred_at", "event_type", "visitor_ref", "customer_ref", "session_ref",
           "product_ref", "url", "simulated"]  # fmt: skip


def write_history(folder: Path) -> None:
    """Write all simulated events up to the last day of the history as one file."""
    events = all_events()
    known = events.loc[days.is_history(events["occurred_on"]), COLUMNS]
    files.write_jsonl(folder / f"web_simulated_{days.history_name()}.jsonl", known)


def write_day(folder: Path, day: date) -> None:
    """Write the simulated events of a day, and the invented ones after them."""
    events = all_events()
    of_day = events.loc[events["occurred_on"] == pd.Timestamp(day), COLUMNS]
    added = pd.DataFrame(invented.WEB_EVENTS.get(day, []), columns=COLUMNS).assign(simulated=True)
    files.write_jsonl(folder / f"web_simulated_{day}.jsonl", of_day, added)


@cache
def all_events() -> pd.DataFrame:
    """Return every simulated event as the log writes it, with its New York day `occurred_on`."""
    loaded = panel.load()
    return as_logged(simulate(loaded.lines, loaded.products["product_id"]))


def as_logged(events: pd.DataFrame) -> pd.DataFrame:
    """Return simulated events in the log's columns, ids as text, null where nothing is known."""
    instants = events["occurred_at"]
    product = events["product_id"].astype("string")
    path = events["event_type"].map({"page_view": "/", "login": "/login"}).fillna("/cart")
    viewed = events["event_type"] == "product_view"
    return events.assign(
        occurred_on=days.business_day(instants),
        occurred_at=instants.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        customer_ref=events["card"].astype("string").where(events["is_logged_in"]),
        product_ref=product,
        url=path.mask(viewed, "/product/" + product),
        simulated=True,
    )
