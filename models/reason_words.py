"""What each feature's value is called in a reason; columns as in `marts.customer_features`."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from string import Formatter
from typing import NamedTuple

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


def _ago(value: float) -> str:
    return "today" if round(value) == 0 else f"{_days(value)} ago"


# How the words of a column write its value: "{amount} spent per purchase", and with what follows a
# colon, "{count:purchase|purchases} ever", "usually buys every {number:,.1f} days".
UNITS: dict[str, Callable[[float, str], str]] = {
    "ago": lambda value, _: _ago(value),
    "amount": lambda value, _: f"{value:,.2f}",
    "count": lambda value, words: _count(value, *words.split("|")),
    "number": lambda value, form: f"{value:{form}}",
    "share": lambda value, _: f"{100 * value:.0f} %",
}


class Words(NamedTuple):
    """What a column's value is called, with one of `UNITS`, and what its null means."""

    value: str
    null: str = ""


@cache
def _saying(words: str) -> Callable[[float], str]:
    """Return the function that writes a value into words."""
    (before, unit, form, _), *rest = Formatter().parse(words)
    after = "".join(text for text, *_ in rest)
    say = UNITS[str(unit)]
    return lambda value: f"{before}{say(value, form or '')}{after}"


def _naming(name: str) -> Callable[[float], str]:
    return lambda value: f"{name.replace('_', ' ')} {value:,.4g}"


def describe(
    feature_names: Sequence[str], X: Floats, column: int, words: Mapping[str, Words]
) -> list[str]:
    """Say in words what one column of each row of X (n, k) holds.

    A windowed spend or order count is also called up or down against the person's own pace in
    the longer window before it, where X has that window. A feature without words gets its name
    with spaces and its value.
    """
    name = feature_names[column]
    values = X[:, column]
    stem, days = _window(name)
    if days:
        trends = _trends(feature_names, X, column)
        return [_windowed(stem, days, v, t) for v, t in zip(values, trends, strict=True)]
    known = words.get(name)
    say = _saying(known.value) if known else _naming(name)
    null = (known and known.null) or f"{name.replace('_', ' ')} unknown"
    return [null if np.isnan(v) else say(v) for v in values]


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
    return f"spend {trend}: {value:,.2f} {tail}" if trend else f"spent {value:,.2f} {tail}"


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
