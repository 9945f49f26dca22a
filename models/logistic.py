"""The classifier that boosted trees have to beat: logistic regression on logarithms."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from sklearn.linear_model import LogisticRegression

from models.classifier import ChurnClassifier, Floats, Mask, Outcomes
from models.scaling import Standardiser, signed_log, weighted_sum


class LogisticBaseline(ChurnClassifier):
    """Logistic regression on sign(x)·ln(1 + |x|) of the features, standardised, with nulls named.

    A null takes the median of the column, and a column that had nulls in the fit also gets an
    indicator, because "never bought twice" says more than "the usual interval". What the
    indicator adds counts as the column's contribution. Contributions are coefficient times value
    less its mean.

    Parameters
    ----------
    feature_names : names of the columns, kept in the bytes
    inverse_penalty : scikit-learn's C, the inverse strength of the L2 penalty
    """

    kind: ClassVar[str] = "logistic"

    def __init__(
        self, feature_names: Sequence[str] | None = None, inverse_penalty: float = 1.0
    ) -> None:
        self.feature_names = feature_names
        self.inverse_penalty = inverse_penalty

    def _fit_margin(self, X: Floats, y: Outcomes, held_out: Mask | None) -> None:
        kept = slice(None) if held_out is None else ~held_out
        logs, y = signed_log(X[kept]), y[kept]
        nulls = np.isnan(logs)
        self.medians_ = np.array([_median(column) for column in logs.T])
        self.indicators_ = np.flatnonzero(nulls.any(axis=0) & ~nulls.all(axis=0))
        design = self._design(X[kept])
        self.standardiser_ = Standardiser.fit(design)
        # Newton reaches the optimum itself: lbfgs would stop near it, where depends on rounding.
        regression = LogisticRegression(C=self.inverse_penalty, solver="newton-cholesky", tol=1e-8)
        regression.fit(self.standardiser_.apply(design), y)
        self.coefficients_ = regression.coef_[0]
        self.intercept_ = float(regression.intercept_[0])

    def _design(self, X: Floats) -> Floats:
        """Return logs with nulls filled, then the indicators of nulls, shape (n, k + i)."""
        logs = signed_log(X)
        nulls = np.isnan(logs)
        return np.hstack([np.where(nulls, self.medians_, logs), nulls[:, self.indicators_]])

    def _margin(self, X: Floats) -> Floats:
        standard = self.standardiser_.apply(self._design(X))
        return self.intercept_ + weighted_sum(standard, self.coefficients_)

    def _margin_contributions(self, X: Floats) -> Floats:
        parts = self.standardiser_.apply(self._design(X)) * self.coefficients_
        contributions = parts[:, : X.shape[1]]
        contributions[:, self.indicators_] += parts[:, X.shape[1] :]
        return contributions

    def _expected_margin(self) -> float:
        return self.intercept_

    def _learned(self) -> tuple[dict[str, Any], bytes]:
        learned = {
            "medians": self.medians_.tolist(),
            "indicators": self.indicators_.tolist(),
            "means": self.standardiser_.means.tolist(),
            "scales": self.standardiser_.scales.tolist(),
            "coefficients": self.coefficients_.tolist(),
            "intercept": self.intercept_,
        }
        return learned, b""

    def _restore(self, learned: dict[str, Any], body: bytes) -> None:
        self.medians_ = np.array(learned["medians"])
        self.indicators_ = np.array(learned["indicators"], dtype=np.intp)
        self.standardiser_ = Standardiser(np.array(learned["means"]), np.array(learned["scales"]))
        self.coefficients_ = np.array(learned["coefficients"])
        self.intercept_ = learned["intercept"]


def _median(column: Floats) -> float:
    """Return the median of the values that are not null, 0 if there are none."""
    known = column[~np.isnan(column)]
    return float(np.median(known)) if known.size else 0.0
