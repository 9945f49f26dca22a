"""The demo shop's files as the oracle wants them, read by pandas alone.

Nothing of the product is used: files are found, versions resolved, days cut and bad rows left out
here. A file counts for a night if it had arrived by then.
"""

import json
import re
from datetime import date
from pathlib import Path

import pandas as pd

HISTORY_ENDS = "2017-12-23"
PIECES = ("crm", "catalogue", "till", "events/marketing", "events/web")
BAD_BASKETS = {"90000000011", "90000000012", "90000000013"}  # abc, 2099, below zero


def arrivals(shop: Path, night: date) -> list[tuple[str, Path]]:
    """The files there are on a night, in the order of receipt: history first, then day by day."""
    found = []
    for place, piece in enumerate(PIECES):
        folder, _, start = piece.partition("/")
        for path in sorted((shop / folder).glob(f"{start}*")):
            last = re.findall(r"\d{4}-\d\d-\d\d", path.name) or [HISTORY_ENDS]
            # a file is sent on its own day; a resent one comes a day later
            arrived = pd.Timestamp(last[-1]).date()
            if "resent" in path.name:
                arrived += pd.Timedelta(days=1)
            if arrived <= night:
                found.append((arrived, place, path.name, piece, path))
    return [(piece, path) for *_, piece, path in sorted(found)]


def read(shop: Path, night: date) -> dict[str, pd.DataFrame]:
    """Customers, order lines, events and products as known on a night."""
    parts: dict[str, list[pd.DataFrame]] = {piece: [] for piece in PIECES}
    for number, (piece, path) in enumerate(arrivals(shop, night), start=1):
        if path.suffix == ".csv":
            rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        elif path.suffix == ".parquet":
            rows = pd.read_parquet(path).astype("string").fillna("").astype(str)
        else:
            rows = pd.DataFrame(
                [json.loads(text) for text in path.read_text().splitlines() if text]
            )
        rows["batch_from"] = number
        parts[piece].append(rows.fillna(""))
    whole = {piece: pd.concat(rows, ignore_index=True) for piece, rows in parts.items()}
    return {
        "customers": customers(whole["crm"]),
        "order_lines": order_lines(whole["till"]),
        "events": pd.concat(
            [marketing(whole["events/marketing"]), web(whole["events/web"])], ignore_index=True
        ),
        "products": whole["catalogue"].rename(
            columns={"product_id": "product_ref", "product_category": "category"}
        ).assign(source="catalogue")[["source", "product_ref", "category"]],
    }  # fmt: skip


def customers(crm: pd.DataFrame) -> pd.DataFrame:
    """The standing record of each card."""
    last = crm.drop_duplicates("household_id", keep="last")
    last = last[last["deleted"] != "true"]
    readable = last["email"].str.contains("@")
    return pd.DataFrame(
        {
            "source": "crm",
            "customer_space": "shared",
            "customer_ref": last["household_id"],
            "email": last["email"].str.lower().where(readable, ""),
            "phone": last["phone"].str.replace(r"\D", "", regex=True),
            "created_on": [day_or_none(text) for text in last["registered_on"]],
            "batch_from": last["batch_from"],
        }
    ).reset_index(drop=True)


def order_lines(till: pd.DataFrame) -> pd.DataFrame:
    """The standing lines, with their New York days."""
    good = till[~till["basket_id"].isin({*BAD_BASKETS, ""})]
    good = good.drop_duplicates(["basket_id", "product_id"], keep="last")
    instants = pd.to_datetime(good["sold_at"], utc=True, format="ISO8601")
    return pd.DataFrame(
        {
            "source": "till",
            "customer_space": "shared",
            "order_id": good["basket_id"],
            "customer_ref": good["household_id"],
            "email": good["email"].str.lower(),
            "phone": "",
            "product_ref": good["product_id"],
            "quantity": good["quantity"],
            "net_amount": good["sales_value"],
            "discount_amount": good["discount"],
            "ordered_at": instants,
            "ordered_on": instants.dt.tz_convert("America/New_York").dt.date,
            "has_time": True,
            "batch_from": good["batch_from"],
        }
    ).reset_index(drop=True)


def marketing(rows: pd.DataFrame) -> pd.DataFrame:
    """Mailings and redemptions, dates only; equal rows of one file all count."""
    return pd.DataFrame(
        {
            "source": "marketing",
            "customer_space": "shared",
            "event_id": [f"m{n}" for n in range(len(rows))],
            "customer_ref": rows["household_id"],
            "email": "",
            "visitor_ref": "",
            "session_ref": "",
            "event_type": rows["event_type"],
            "occurred_at": pd.to_datetime(rows["occurred_on"])
            .dt.tz_localize("America/New_York")
            .dt.tz_convert("UTC"),
            "occurred_on": [date.fromisoformat(text) for text in rows["occurred_on"]],
            "has_time": False,
            "product_ref": "",
            "batch_from": rows["batch_from"],
        }
    )  # fmt: skip


def web(rows: pd.DataFrame) -> pd.DataFrame:
    """Simulated web events; the one dated 'yesterday' cannot be read."""
    rows = rows[rows["occurred_at"].str.match(r"\d{4}-")]
    instants = pd.to_datetime(rows["occurred_at"], utc=True, format="ISO8601")
    kept = rows[["event_id", "customer_ref", "visitor_ref", "session_ref", "event_type",
                 "product_ref", "batch_from"]]  # fmt: skip
    return kept.assign(
        source="web_simulated",
        customer_space="shared",
        email="",
        occurred_at=instants,
        occurred_on=instants.dt.tz_convert("America/New_York").dt.date,
        has_time=True,
    )


def day_or_none(text: str) -> date | None:
    """A date, or nothing."""
    return date.fromisoformat(text) if text else None
