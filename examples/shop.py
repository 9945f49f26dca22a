"""The demo shop hands over its files: a year of history, then those of one day after the other.

    folder/crm/         2017-12-23_full_export.csv   2017-12-27_changes.csv …
    folder/catalogue/   products.parquet
    folder/till/        2017-01-01_to_2017-12-23.csv   2017-12-24.csv …
    folder/events/      marketing_….jsonl   web_simulated_….jsonl

Both functions may be called again: they write the same bytes.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from examples import crm, days, files, marketing, panel, till, web_simulated
from examples.days import LAST_HISTORY_DAY, NIGHTS, TRAINED_AS_OF

__all__ = ["LAST_HISTORY_DAY", "NIGHTS", "TRAINED_AS_OF", "arrive", "write_history"]


def write_history(folder: Path) -> None:
    """Write everything up to and including the business day 2017-12-23."""
    crm.write_history(folder / "crm")
    files.write_parquet(folder / "catalogue" / "products.parquet", panel.load().products)
    till.write_history(folder / "till")
    marketing.write_history(folder / "events")
    web_simulated.write_history(folder / "events")


def arrive(folder: Path, day: date) -> None:
    """Write the files of one of the NIGHTS; raises ValueError for any other day."""
    if day not in days.NIGHTS:
        raise ValueError(
            f"The demo shop has no files of {day}: its days are {NIGHTS[0]} to {NIGHTS[-1]}."
        )
    crm.write_day(folder / "crm", day)
    till.write_day(folder / "till", day)
    marketing.write_day(folder / "events", day)
    web_simulated.write_day(folder / "events", day)
