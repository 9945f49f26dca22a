"""Metrics of many weightings of the same people at once, for the paired bootstrap."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Outcomes = NDArray[np.int_]
Metric = Literal["average_precision", "roc_auc", "brier"]


class Pair(NamedTuple):
    """Two models' probabilities of churn for the same people, float64 arrays of shape (n,)."""

    first: Floats
    second: Floats


def paired_differences(y: Outcomes, pair: Pair, metric: Metric, weights: Floats) -> Floats:
    """Return metric(first) − metric(second) under each weighting of the people.

    Parameters
    ----------
    y : int array of shape (n,), 1 = churned
    pair : probabilities of churn
    metric : which number is compared
    weights : float64 array of shape (rounds, n), how often each person counts in each round

    Returns
    -------
    float64 array of shape (rounds,), NaN where a round has only one outcome
    """
    first, second = (weighted_metric(y, p, metric, weights) for p in pair)
    return first - second


def weighted_metric(y: Outcomes, p: Floats, metric: Metric, weights: Floats) -> Floats:
    """Return the metric of probabilities p (n,) under each weighting (rounds, n)."""
    if metric == "brier":
        return (weights * (p - y) ** 2).sum(axis=1) / weights.sum(axis=1)
    churned, everyone = _cumulated(y, p, weights)
    new_churned = np.diff(churned, axis=1, prepend=0)
    all_churned = churned[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        if metric == "average_precision":
            precision = np.where(everyone > 0, churned / everyone, 0.0)
            return (new_churned * precision).sum(axis=1) / all_churned
        stayed = everyone - churned
        new_stayed = np.diff(stayed, axis=1, prepend=0)
        # A pair is in order if the churner ranks higher; a pair of equal rank counts half.
        in_order = new_stayed * (churned - new_churned / 2)
        return in_order.sum(axis=1) / (all_churned * stayed[:, -1])


def _cumulated(y: Outcomes, p: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return weights of churners and of everyone with at least each distinct p, highest first."""
    order = np.argsort(-p, kind="stable")
    is_last_of_equals = np.append(np.diff(p[order]) != 0, True)
    ranked = weights[:, order]
    churned = np.cumsum(ranked * y[order], axis=1)[:, is_last_of_equals]
    everyone = np.cumsum(ranked, axis=1)[:, is_last_of_equals]
    return churned, everyone
