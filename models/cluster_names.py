"""Names for clusters, from where their centroids stand among all people."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A centroid this many standard deviations from the mean of all people stands out.
STANDS_OUT = 0.4
# Lapsed people were last seen a whole standard deviation later than the mean.
STANDS_FAR_OUT = 1.0

# Fewer purchases than four, three gaps between them, are no habit; one is no repetition.
REGULAR_ORDERS, REPEATED_ORDERS = 4, 2

NOUNS = {
    ("high", "high"): "big regular shoppers",
    ("high", "middle"): "big spenders",
    ("high", "low"): "big occasional shoppers",
    ("middle", "high"): "regular shoppers",
    ("middle", "low"): "occasional shoppers",
    ("low", "high"): "small regular shoppers",
    ("low", "middle"): "small spenders",
    ("low", "low"): "small occasional shoppers",
}

# Of people middling in spend and frequency, the basket tells most.
MIDDLING_NOUNS = {
    "high": "large-basket shoppers",
    "middle": "typical shoppers",
    "low": "small-basket shoppers",
}

# What sets two clusters of one name apart: the words for less and for more of a dimension.
COMPARISONS = {
    "recency_days": ("seen more recently", "away longer"),
    "order_count": ("fewer purchases", "more purchases"),
    "spend_amount": ("lower spend", "higher spend"),
    "average_order_amount": ("smaller baskets", "larger baskets"),
}


def name_clusters(
    dimensions: Sequence[str], centroids: Floats, profiles: Floats | None = None
) -> list[str]:
    """Give each cluster a name that no other has: "lapsed small spenders", "typical shoppers".

    The name says recency if the cluster is lapsing or lapsed, then spend and frequency, or the
    basket where these two are middling, each against the mean of all people. Where two share a
    name, what distinguishes them most is added: "regular shoppers, larger baskets". Regular are
    only people with four purchases or more, by the median: where most buy once, those with two
    stand out, and are "repeat shoppers".

    Parameters
    ----------
    dimensions : names of the d columns
    centroids : float64 array of shape (k, d), no two rows alike, 0 = mean, 1 = deviation
    profiles : float64 array of shape (k, d), medians in the columns' own units, or None

    Returns
    -------
    list of k names
    """
    medians = [np.full(len(dimensions), np.inf)] * len(centroids) if profiles is None else profiles
    bases = [
        _base_name(dict(zip(dimensions, row, strict=True)), dict(zip(dimensions, own, strict=True)))
        for row, own in zip(centroids, medians, strict=True)
    ]
    names = list(bases)
    for base in set(bases):
        members = np.array([i for i, other in enumerate(bases) if other == base])
        for member, tail in _distinctions(dimensions, centroids, members).items():
            names[member] = base + tail
    return names


def _base_name(position: dict[str, float], median: dict[str, float]) -> str:
    """Name one cluster by its own position, and claim no more than its median has."""
    recency = position.get("recency_days", 0.0)
    prefix = ""
    if recency > STANDS_OUT:
        prefix = "lapsed " if recency > STANDS_FAR_OUT else "lapsing "
    spend = _level(position.get("spend_amount", 0.0))
    frequency = _level(position.get("order_count", 0.0))
    basket = _level(position.get("average_order_amount", 0.0))
    orders = median.get("order_count", np.inf)
    if frequency == "high" and orders < REPEATED_ORDERS:
        frequency = "middle"
    noun = NOUNS.get((spend, frequency), MIDDLING_NOUNS[basket])
    noun = noun.replace("regular", "repeat") if orders < REGULAR_ORDERS else noun
    return prefix + (noun.removeprefix("typical ") if prefix else noun)


def _level(position: float) -> str:
    """Say where a position stands: 'low', 'middle' or 'high'."""
    if abs(position) < STANDS_OUT:
        return "middle"
    return "high" if position > 0 else "low"


def _distinctions(
    dimensions: Sequence[str], centroids: Floats, members: NDArray[np.intp]
) -> dict[int, str]:
    """Say what sets clusters of one name apart, splitting them in two where the gap is widest.

    Each split adds a word that all on one side have and none on the other, so the results differ.
    """
    if len(members) == 1:
        return {int(members[0]): ""}
    ordered = np.sort(centroids[members], axis=0)
    gaps = np.diff(ordered, axis=0)
    place, column = (int(i) for i in np.unravel_index(gaps.argmax(), gaps.shape))
    is_more = centroids[members, column] > ordered[place, column]
    less, more = COMPARISONS.get(
        dimensions[column], (f"lower {dimensions[column]}", f"higher {dimensions[column]}")
    )
    lower = _distinctions(dimensions, centroids, members[~is_more])
    higher = _distinctions(dimensions, centroids, members[is_more])
    return {i: f", {less}{tail}" for i, tail in lower.items()} | {
        i: f", {more}{tail}" for i, tail in higher.items()
    }
