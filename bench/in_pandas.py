"""The features as somebody at home in pandas would compute them: merges and group-bys."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

WINDOWS = (7, 30, 90, 365)
COLUMNS = {
    "order_lines": [
        "source",
        "record_ref",
        "order_id",
        "ordered_on",
        "ordered_at",
        "product_ref",
        "quantity",
        "net_amount",
        "discount_amount",
    ],
    "events": ["source", "record_ref", "session_ref", "visitor_ref", "event_type", "occurred_at"],
}
ORDER = ["person_id", "source", "order_id"]
PERSON = "person_id"


def compute(
    files: Path, as_of: date, engagement: Mapping[str, tuple[float, float]]
) -> pd.DataFrame:
    """Return one row per person; `engagement` says weight and cap of each count."""
    today = pd.Timestamp(as_of)
    members = pd.read_parquet(files / "members.parquet")
    lines = _read(files, members, "order_lines", [("ordered_on", "<=", as_of)])
    lines["ordered_on"] = pd.to_datetime(lines["ordered_on"])
    bought = lines[lines["quantity"] > 0]
    purchases = bought.groupby(ORDER).agg(
        net=("net_amount", "sum"), on=("ordered_on", "min"), at=("ordered_at", "min")
    )
    purchases = purchases[purchases["net"] > 0].reset_index()
    people = pd.DataFrame(index=pd.Index(members[PERSON].unique(), name=PERSON))
    people = people.join(_purchased(purchases, today)).join(_spent(lines, bought, today))
    people = people.join(_categories(files, bought, purchases))
    people = people.join(_web(files, members, purchases, today))
    counts = [name for name in people if "count" in name or "spend_amount" in name]
    people[counts] = people[counts].fillna(0)
    people["average_order_amount"] = people["spend_amount"] / people["order_count"]
    reached = sum(w * people[name].clip(upper=cap) / cap for name, (w, cap) in engagement.items())
    people["engagement_score"] = 100 * reached / sum(weight for weight, _ in engagement.values())
    return _ranked(people).reset_index()


def _read(files: Path, members: pd.DataFrame, entity: str, filters: list) -> pd.DataFrame:
    """Read an entity's rows, each with its person; amounts become float64."""
    rows = pd.read_parquet(files / entity, columns=COLUMNS[entity], filters=filters)
    for name in ("quantity", "net_amount", "discount_amount"):
        if name in rows:
            rows[name] = rows[name].astype("float64")
    own = members.loc[members["entity"] == entity, ["source", "record_ref", PERSON]]
    return rows.merge(own, on=["source", "record_ref"]).drop(columns="record_ref")


def _purchased(purchases: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    by_person = purchases.groupby(PERSON)
    found = by_person["on"].agg(["min", "max", "nunique"])
    found = found.rename(columns={"min": "first_purchase_on", "max": "last_purchase_on"})
    found["order_count"] = by_person.size()
    found["recency_days"] = (today - found["last_purchase_on"]).dt.days
    found["tenure_days"] = (today - found["first_purchase_on"]).dt.days
    gaps = (found.pop("nunique") - 1).where(lambda n: n > 0)
    found["interpurchase_days"] = (found["tenure_days"] - found["recency_days"]) / gaps
    for days in WINDOWS:
        recent = purchases[purchases["on"] > today - pd.Timedelta(days=days)]
        found[f"order_count_{days}d"] = recent.groupby(PERSON).size()
    return found


def _spent(lines: pd.DataFrame, bought: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    found = lines.groupby(PERSON)["net_amount"].sum().to_frame("spend_amount")
    for days in WINDOWS:
        recent = lines[lines["ordered_on"] > today - pd.Timedelta(days=days)]
        found[f"spend_amount_{days}d"] = recent.groupby(PERSON)["net_amount"].sum()
    goods = bought.groupby(PERSON)[["net_amount", "discount_amount"]].sum()
    returned = lines[lines["quantity"] < 0].groupby(PERSON)["net_amount"].sum()
    found["return_share"] = -returned.reindex(goods.index, fill_value=0) / goods["net_amount"]
    full = goods["net_amount"] + goods["discount_amount"]
    found["discount_share"] = goods["discount_amount"] / full
    return found


def _categories(files: Path, bought: pd.DataFrame, purchases: pd.DataFrame) -> pd.DataFrame:
    products = pd.read_parquet(files / "products", columns=["product_ref", "category"])
    goods = bought.merge(purchases[ORDER], on=ORDER).merge(products, on="product_ref")
    spend = goods.groupby([PERSON, "category"])["net_amount"].sum().reset_index()
    spend = spend.sort_values([PERSON, "net_amount", "category"], ascending=[True, False, True])
    by_person = spend.groupby(PERSON)["category"]
    return pd.DataFrame({"category_count": by_person.size(), "top_category": by_person.first()})


def _web(
    files: Path, members: pd.DataFrame, purchases: pd.DataFrame, today: pd.Timestamp
) -> pd.DataFrame:
    since = (today - pd.Timedelta(days=30)).date()
    window = [("occurred_on", ">=", since), ("occurred_on", "<=", today.date())]
    events = _read(files, members, "events", window).sort_values("occurred_at")
    events["visitor_ref"] = events["visitor_ref"].where(events["session_ref"].isna())
    owner = [PERSON, "source", "session_ref", "visitor_ref"]
    silence = events.groupby(owner, dropna=False)["occurred_at"].diff()
    events["is_new"] = (silence > pd.Timedelta(minutes=30)) & events["session_ref"].isna()
    events["visit"] = events.groupby(owner, dropna=False)["is_new"].cumsum()
    events["views"] = events["event_type"] == "product_view"
    events["adds"] = events["event_type"] == "cart_add"
    events["added_at"] = events["occurred_at"].where(events["adds"])
    sessions = events.groupby([*owner, "visit"], dropna=False).agg(
        began_at=("occurred_at", "min"), views=("views", "sum"), adds=("adds", "sum"),
        added_at=("added_at", "min"),
    )  # fmt: skip
    began_on = sessions["began_at"].dt.tz_localize(None).dt.normalize()
    sessions = sessions[began_on > today - pd.Timedelta(days=30)].reset_index()
    sessions["number"] = range(len(sessions))
    carts = sessions.loc[sessions["adds"] > 0, ["number", PERSON, "added_at"]]
    carts = carts.merge(purchases[[PERSON, "at"]], on=PERSON)
    within = (carts["at"] > carts["added_at"]) & (
        carts["at"] <= carts["added_at"] + pd.Timedelta(hours=24)
    )
    answered = sessions["number"].isin(carts.loc[within, "number"])
    sessions["abandoned"] = (sessions["adds"] > 0) & ~answered
    return sessions.groupby(PERSON).agg(
        session_count_30d=("number", "size"), product_view_count_30d=("views", "sum"),
        cart_add_count_30d=("adds", "sum"), abandoned_cart_count_30d=("abandoned", "sum"),
    )  # fmt: skip


def _ranked(people: pd.DataFrame) -> pd.DataFrame:
    buyers = people[people["order_count"] > 0]
    for score, column in (
        ("rfm_recency", "recency_days"), ("rfm_frequency", "order_count"),
        ("rfm_monetary", "spend_amount"),
    ):  # fmt: skip
        values = buyers[column].round(2)
        cuts = np.quantile(values, [0.2, 0.4, 0.6, 0.8], method="inverted_cdf")
        above = sum((values > cut).astype(int) for cut in cuts)
        people[score] = 5 - above if column == "recency_days" else 1 + above
    return people


def sums_of(people: pd.DataFrame) -> list[str]:
    """Return what checksum.sql returns."""
    cents = [f"{people[name].sum():.2f}" for name in ("spend_amount", "spend_amount_30d")]
    names = (
        "recency_days", "category_count", "session_count_30d", "abandoned_cart_count_30d",
        "rfm_monetary",
    )  # fmt: skip
    whole = [str(int(people[name].sum())) for name in names]
    return [str(len(people)), str(int(people["order_count"].sum())), *cents, *whole]
