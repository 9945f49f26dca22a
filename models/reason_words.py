"""What each feature's value is called in a reason; columns as in `marts.customer_features`."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A window's spend or orders are called up or down if they leave the person's own earlier pace by
# more than a tenth: below that an analyst reads "the same as ever".
SAME_PACE_SHARE = 0.10
# Each window and the longer one whose earlier part is the person's own pace, in days.
LONGER_WINDOW_DAYS = {7: 30, 30: 90, 90: 365}


def _days(value: float) -> str:
    return "1 day" if round(value) == 1 else f"{value:,.0f} days"


def _count(value: float, one: str, many: str) -> str:
    if round(value) == 0:
        return f"no {one}"
    return f"1 {one}" if round(value) == 1 else f"{value:,.0f} {many}"


def _amount(value: float) -> str:
    return f"{value:,.2f}"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _counting(one: str, many: str, tail: str) -> Callable[[float], str]:
    return lambda value: f"{_count(value, one, many)} {tail}"


def _naming(name: str) -> Callable[[float], str]:
    return lambda value: f"{name.replace('_', ' ')} {value:,.4g}"


# One entry per column, from its value to its words.
WORDS: dict[str, Callable[[float], str]] = {
    "recency_days": lambda v: (
        "last purchase today" if round(v) == 0 else f"last purchase {_days(v)} ago"
    ),
    "tenure_days": lambda v: (
        "first purchase today" if round(v) == 0 else f"first purchase {_days(v)} ago"
    ),
    "order_count": _counting("purchase", "purchases", "ever"),
    "spend_amount": lambda v: f"spent {_amount(v)} ever",
    "average_order_amount": lambda v: f"{_amount(v)} spent per purchase",
    "interpurchase_days": lambda v: f"usually buys every {v:,.1f} days",
    "return_share": lambda v: f"{_share(v)} of spend returned",
    "discount_share": lambda v: f"{_share(v)} of the price discounted",
    "category_count": _counting("category", "categories", "bought from"),
    "session_count_30d": _counting("web session", "web sessions", "in the last 30 days"),
    "product_view_count_30d": _counting("product view", "product views", "in the last 30 days"),
    "cart_add_count_30d": _counting("cart addition", "cart additions", "in the last 30 days"),
    "abandoned_cart_count_30d": _counting(
        "abandoned cart", "abandoned carts", "in the last 30 days"
    ),
    "engagement_score": lambda v: f"engagement score {v:.0f} of 100",
    "rfm_recency": lambda v: f"recency score {v:.0f} of 5",
    "rfm_frequency": lambda v: f"frequency score {v:.0f} of 5",
    "rfm_monetary": lambda v: f"spend score {v:.0f} of 5",
}

# What null means, where it means something (semantics.md: a denominator of 0 gives null).
NULL_WORDS = {
    "recency_days": "never bought anything",
    "tenure_days": "never bought anything",
    "average_order_amount": "never bought anything",
    "interpurchase_days": "never bought on a second day",
    "return_share": "no spend to return from",
    "discount_share": "no price to discount",
}


def describe(feature_names: Sequence[str], X: Floats, column: int) -> list[str]:
    """Say in words what one column of each row of X (n, k) holds.

    A windowed spend or order count is also called up or down against the person's own pace in
    the longer window before it, where X has that window. An unknown feature gets its name with
    spaces and its value.
    """
    name = feature_names[column]
    values = X[:, column]
    stem, days = _window(name)
    if days:
        trends = _trends(feature_names, X, column)
        return [_windowed(stem, days, v, t) for v, t in zip(values, trends, strict=True)]
    words = WORDS.get(name) or _naming(name)
    null = NULL_WORDS.get(name, f"{name.replace('_', ' ')} unknown")
    return [null if np.isnan(v) else words(v) for v in values]


def _window(name: str) -> tuple[str, int]:
    """Split `spend_amount_30d` into its stem and days; 0 days if it is no such window."""
    stem, _, tail = name.rpartition("_")
    if stem in ("order_count", "spend_amount") and tail.endswith("d") and tail[:-1].isdigit():
        return stem, int(tail[:-1])
    return name, 0


def _windowed(stem: str, days: int, value: float, trend: str) -> str:
    """Say a windowed spend or order count with its trend: 'down', 'up' or nothing."""
    if np.isnan(value):
        return f"{stem.replace('_', ' ')} of the last {_days(days)} unknown"
    tail = f"in the last {_days(days)}"
    if stem == "order_count":
        plain = f"{_count(value, 'purchase', 'purchases')} {tail}"
        return f"purchases {trend}: {value:,.0f} {tail}" if trend else plain
    return f"spend {trend}: {_amount(value)} {tail}" if trend else f"spent {_amount(value)} {tail}"


def _trends(feature_names: Sequence[str], X: Floats, column: int) -> list[str]:
    """Compare each value with the pace of the longer window before it: 'down', 'up' or ''."""
    stem, days = _window(feature_names[column])
    longer = LONGER_WINDOW_DAYS.get(days, 0)
    longer_name = f"{stem}_{longer}d"
    if longer_name not in feature_names:
        return [""] * len(X)
    earlier = X[:, list(feature_names).index(longer_name)] - X[:, column]
    earlier_days = np.full(len(X), float(longer - days))
    if "tenure_days" in feature_names:
        # A person who came later has had fewer days to buy in; the first day counts.
        tenure = X[:, list(feature_names).index("tenure_days")]
        earlier_days = np.clip(tenure + 1 - days, 0, longer - days)
    has_pace = (earlier_days > 0) & ~np.isnan(earlier)
    pace = np.where(has_pace, earlier / np.where(has_pace, earlier_days, 1) * days, np.nan)
    margin = SAME_PACE_SHARE * np.abs(pace)
    trend = np.where(X[:, column] < pace - margin, "down", "")
    return list(np.where(X[:, column] > pace + margin, "up", trend))
