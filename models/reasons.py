"""Why a person's risk of leaving is what it is, in words an analyst understands."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.reason_words import Words, describe

Floats = NDArray[np.float64]

MOST_REASONS = 3
# Contributions are compared, and count as nothing, at the precision scores are published in.
DECIMALS = 6


def reasons(
    feature_names: Sequence[str], X: Floats, contributions: Floats, words: Mapping[str, Words]
) -> list[list[str]]:
    """Say for each person what moves its risk most, most important first, at most three things.

    What raises the risk comes first and alone; only for a person whose risk nothing raises does
    the list say what lowers it. So a list never mixes both, and each entry says which it is:
    `last purchase 41 days ago (raises risk)`. Contributions are compared rounded to 6 decimals;
    equal ones keep the order of the features, and what rounds to 0 is no reason.

    Parameters
    ----------
    feature_names : the k columns' names
    X : float64 array of shape (n, k), features in the units of semantics.md, NaN for null
    contributions : float64 array of shape (n, k), additions to the log-odds of churn
    words : what columns are called; one without is said by its name

    Returns
    -------
    list of n lists of 0 to 3 sentences
    """
    X, contributions = np.asarray(X), np.asarray(contributions)
    raises = _pull(contributions)
    ranks, is_reason = _top(raises)
    texts = np.full(ranks.shape, None, dtype=object)
    for column in np.unique(ranks[is_reason]):
        people, places = np.nonzero((ranks == column) & is_reason)
        described = describe(feature_names, X[people], int(column), words)
        is_raising = contributions[people, column] > 0
        texts[people, places] = [
            f"{text} ({'raises' if up else 'lowers'} risk)"
            for text, up in zip(described, is_raising, strict=True)
        ]
    return [[text for text in row if text is not None] for row in texts]


def _pull(contributions: Floats) -> Floats:
    """Return the size of what counts for each person: the raising ones, or else the lowering."""
    rounded = np.round(contributions, DECIMALS)
    raising = np.maximum(rounded, 0.0)
    lowering = np.maximum(-rounded, 0.0)
    return np.where((raising > 0).any(axis=1, keepdims=True), raising, lowering)


def _top(sizes: Floats) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the columns of the largest sizes, (n, up to 3), and which of them are above 0."""
    columns = np.argsort(-sizes, axis=1, kind="stable")[:, :MOST_REASONS]
    return columns, np.take_along_axis(sizes, columns, axis=1) > 0
