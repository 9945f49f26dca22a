"""The simplest churn classifier: recency alone."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from sklearn.utils import Tags

from models.classifier import ChurnClassifier, Floats, Mask, Outcomes
from models.errors import FeaturesDisagree
from models.scaling import signed_log


class RecencyBaseline(ChurnClassifier):
    """The longer ago the last purchase, the likelier to leave: one column through a sigmoid.

    The margin is ln(1 + recency_days); the sigmoid's slope is never negative, so the probability
    never falls when recency rises. A null takes the median.

    Parameters
    ----------
    feature_names : names of the columns, `recency_days` among them; without names it is the first
    """

    kind: ClassVar[str] = "recency"

    def __init__(self, feature_names: Sequence[str] | None = None) -> None:
        self.feature_names = feature_names

    def _fit_margin(self, X: Floats, y: Outcomes, held_out: Mask | None) -> None:
        recency = X[:, self._column()] if held_out is None else X[~held_out, self._column()]
        known = signed_log(recency[~np.isnan(recency)])
        self.median_ = float(np.median(known)) if known.size else 0.0
        self.mean_ = float(self._margin(X if held_out is None else X[~held_out]).mean())

    def _margin(self, X: Floats) -> Floats:
        logs = signed_log(np.ascontiguousarray(X[:, self._column()]))
        return np.where(np.isnan(logs), self.median_, logs)

    def _margin_contributions(self, X: Floats) -> Floats:
        contributions = np.zeros_like(X)
        contributions[:, self._column()] = self._margin(X) - self.mean_
        return contributions

    def _expected_margin(self) -> float:
        return self.mean_

    def _learned(self) -> tuple[dict[str, Any], bytes]:
        return {"median": self.median_, "mean": self.mean_}, b""

    def _restore(self, learned: dict[str, Any], body: bytes) -> None:
        self.median_, self.mean_ = learned["median"], learned["mean"]

    def _column(self) -> int:
        """Return the position of recency_days."""
        if self.feature_names is None:
            return 0
        if "recency_days" not in self.feature_names:
            raise FeaturesDisagree("RecencyBaseline needs recency_days, which no feature is named.")
        return list(self.feature_names).index("recency_days")

    def __sklearn_tags__(self) -> Tags:
        """Say to scikit-learn that one column cannot separate everything."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags
