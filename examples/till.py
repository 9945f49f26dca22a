"""The till's lines: the panel's, as text to the cent, with the invented ones at a file's end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from examples import days, files, invented, panel

COLUMNS = [name for name in invented.TillLine._fields if name != "arrives"]
DISCOUNTS = ["retail_disc", "coupon_disc", "coupon_match_disc"]


def write_history(folder: Path) -> None:
    """Write all lines sold up to the last day of the history as one file."""
    lines = panel.load().lines
    sold = lines[days.is_history(lines["sold_on"])]
    files.write_csv(folder / f"{days.history_name()}.csv", as_text(sold))


def write_day(folder: Path, day: date) -> None:
    """Write the file of a day, and the earlier file that is sent again on that day."""
    files.write_csv(folder / f"{day}.csv", lines_of(day))
    if day in invented.RESENT:
        again = invented.RESENT[day]
        files.write_csv(folder / f"{again}_resent.csv", lines_of(again))


def lines_of(day: date) -> pa.Table:
    """Return what the till's file of that day holds."""
    lines = panel.load().lines
    sold = as_text(lines[lines["sold_on"] == pd.Timestamp(day)])
    added = [line._asdict() for line in invented.TILL_LINES if line.arrives == day]
    return pa.concat_tables([sold, pa.Table.from_pylist(added, schema=sold.schema)])


def as_text(lines: pd.DataFrame) -> pa.Table:
    """Return the panel's lines under the till's column names, all text, instants in UTC."""
    instants = lines["transaction_timestamp"].to_numpy().astype("datetime64[s]")
    columns = {
        name: pc.cast(pa.array(lines[name]), pa.string())
        for name in ["basket_id", "household_id", "store_id", "product_id", "quantity"]
    }
    columns["sold_at"] = pa.array(np.datetime_as_string(instants).astype(object), pa.string())
    columns["sales_value"] = _as_money(lines["sales_value"])
    columns["discount"] = _as_money(lines[DISCOUNTS].sum(axis=1))
    columns["email"] = pa.nulls(len(lines), pa.string())
    return pa.table({name: columns[name] for name in COLUMNS})


def _as_money(dollars: pd.Series) -> pa.Array:
    """Return dollars as text with exactly two decimals, rid of the noise of binary fractions."""
    cents = np.rint(dollars.to_numpy() * 100).astype("int64")
    exact = pc.multiply(pa.array(cents).cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01")))
    return pc.cast(exact, pa.string())
