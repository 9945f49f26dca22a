"""Columns brought to one scale: logarithms that keep the sign, then mean 0 and deviation 1."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def signed_log(X: Floats) -> Floats:
    """Return sign(x)·ln(1 + |x|) of each value, so that long tails shorten and 0 stays 0."""
    return np.sign(X) * np.log1p(np.abs(X))


def clipped_log(X: Floats) -> Floats:
    """Return ln(1 + max(x, 0)) of each value: nothing lies beyond nothing."""
    return np.log1p(np.maximum(X, 0))


@dataclass(frozen=True)
class Standardiser:
    """What was subtracted from each column and what it was divided by: two arrays of shape (k,)."""

    means: Floats
    scales: Floats

    @classmethod
    def fit(cls, X: Floats) -> Self:
        """Take means and deviations from X of shape (n, k); a constant column keeps scale 1."""
        columns = [np.ascontiguousarray(column) for column in X.T]
        means = np.array([column.mean() for column in columns])
        scales = np.array([column.std() for column in columns])
        # A column is constant if its deviation is below what rounding alone makes of its mean.
        is_constant = scales <= 10 * np.finfo(np.float64).eps * np.abs(means)
        return cls(means, np.where(is_constant, 1.0, scales))

    def apply(self, X: Floats) -> Floats:
        """Return X of shape (n, k) with each column shifted and scaled."""
        return (X - self.means) / self.scales


def weighted_sum(X: Floats, weights: Floats) -> Floats:
    """Return the weighted sum of the columns of X as (n,), adding column by column.

    A matrix product would be shorter, but its rounding depends on how many rows it is given;
    here each row's sum is the same in whatever batch it comes.
    """
    total = np.zeros(X.shape[0])
    for column, weight in zip(X.T, weights, strict=True):
        total = total + np.ascontiguousarray(column) * weight
    return total
