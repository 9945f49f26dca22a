"""The manners all churn classifiers share: fit, calibrate, explain, write as bytes, read back."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it has no stubs

from models.calibration import Sigmoid, fit_sigmoid
from models.canonical import read_header, to_canonical_json
from models.errors import FeaturesDisagree, OnlyOneOutcome, UnreadableModel

Floats = NDArray[np.float64]
Outcomes = NDArray[np.int_]
Mask = NDArray[np.bool_]


class ChurnClassifier(ClassifierMixin, BaseEstimator, ABC):
    """A calibrated two-class model: a subclass gives raw scores (margins), this does the rest.

    Every number predicted for a row depends on that row alone: rows may come in any batches.

    Attributes
    ----------
    classes_ : array of shape (2,), the second one is the outcome whose probability is meant
    calibrator_ : Sigmoid from margin to log-odds
    expected_log_odds_ : float, what the contributions of a row start from
    """

    kind: ClassVar[str]
    feature_names: Sequence[str] | None

    def fit(self, X: ArrayLike, y: ArrayLike, held_out: ArrayLike | None = None) -> Self:
        """Learn from the rows that are not held out, and calibrate on those that are.

        Parameters
        ----------
        X : float64 array of shape (n, k), NaN for null
        y : array of shape (n,) of two values, for churn 1 = left, 0 = stayed
        held_out : bool array of shape (n,), by `models.split.is_held_out`; without it all rows
            are used for both, which is good enough for a first look and not for a probability

        Raises
        ------
        OnlyOneOutcome
            If all rows to learn from, or all held-out rows, have the same outcome.
        FeaturesDisagree
            If `feature_names` and X have different numbers of columns.
        """
        rows, target = validate_data(
            self, X, y, dtype=np.float64, order="C", ensure_all_finite="allow-nan"
        )
        check_classification_targets(target)
        _require_names_for(self.feature_names, rows.shape[1])
        self.classes_, outcomes = np.unique(target, return_inverse=True)
        everyone = np.ones(len(outcomes), dtype=bool)
        held = everyone if held_out is None else _as_mask(held_out, len(outcomes))
        kept = everyone if held_out is None else ~held
        _require_two_outcomes(self.classes_, outcomes[kept], "to learn from")
        _require_two_outcomes(self.classes_, outcomes[held], "held out")
        with threadpool_limits(limits=1):
            self._fit_margin(rows, outcomes, None if held_out is None else held)
            self.calibrator_ = fit_sigmoid(self._margin(rows[held]), outcomes[held])
        return self

    def log_odds(self, X: ArrayLike) -> Floats:
        """Return the calibrated log-odds of the second class, shape (n,)."""
        margin = self._margin(self._validate(X))
        return self.calibrator_.log_odds(margin)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return the calibrated probabilities of both classes, shape (n, 2)."""
        p = expit(self.log_odds(X))
        return np.column_stack([1 - p, p])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the likelier class of each row, shape (n,)."""
        is_second = self.log_odds(X) > 0
        return self.classes_[is_second.astype(int)]

    def contributions(self, X: ArrayLike) -> Floats:
        """Return what each feature adds to the log-odds of each row, shape (n, k).

        A row's contributions and `expected_log_odds_` add up to its log-odds.
        """
        parts = self._margin_contributions(self._validate(X))
        return self.calibrator_.slope * parts

    @property
    def expected_log_odds_(self) -> float:
        """What the contributions start from: the log-odds of a row whose features say nothing."""
        return float(self.calibrator_.log_odds(np.array(self._expected_margin())))

    def to_bytes(self) -> bytes:
        """Write the fitted model as canonical bytes: a JSON header, then what the kind adds."""
        check_is_fitted(self)
        learned, body = self._learned()
        header = {
            "kind": self.kind,
            "parameters": self.get_params(deep=False),
            "classes": self.classes_.tolist(),
            "column_count": self.n_features_in_,
            "calibrator": asdict(self.calibrator_),
            "learned": learned,
        }
        return to_canonical_json(header) + (b"\n" + body if body else b"")

    @classmethod
    def from_bytes(cls, model_bytes: bytes) -> Self:
        """Read a model that predicts the same floats as the one that was written.

        Raises
        ------
        UnreadableModel
            If the bytes are of another kind of model, or damaged.
        """
        header, body = read_header(model_bytes)
        if header["kind"] != cls.kind:
            raise UnreadableModel(
                f"The bytes are a model of kind '{header['kind']}', not '{cls.kind}'."
            )
        try:
            model = cls(**header["parameters"])
            model.classes_ = np.array(header["classes"])
            model.n_features_in_ = header["column_count"]
            model.calibrator_ = Sigmoid(**header["calibrator"])
            model._restore(header["learned"], body)
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableModel(f"The bytes of a '{cls.kind}' model are damaged.") from error
        return model

    @abstractmethod
    def _fit_margin(self, X: Floats, y: Outcomes, held_out: Mask | None) -> None:
        """Learn the margin from the rows not held out."""

    @abstractmethod
    def _margin(self, X: Floats) -> Floats:
        """Return the raw score of each row, shape (n,)."""

    @abstractmethod
    def _margin_contributions(self, X: Floats) -> Floats:
        """Return what each feature adds to each row's raw score, shape (n, k)."""

    @abstractmethod
    def _expected_margin(self) -> float:
        """Return the raw score that the contributions start from."""

    @abstractmethod
    def _learned(self) -> tuple[dict[str, Any], bytes]:
        """Return what was learned, as JSON content and bytes."""

    @abstractmethod
    def _restore(self, learned: dict[str, Any], body: bytes) -> None:
        """Take back what `_learned` gave."""

    def _validate(self, X: ArrayLike) -> Floats:
        """Check that X has the columns the model was fitted on; no rows at all are fine."""
        check_is_fitted(self)
        return validate_data(
            self,
            X,
            dtype=np.float64,
            order="C",
            ensure_all_finite="allow-nan",
            ensure_min_samples=0,
            reset=False,
        )

    def __sklearn_tags__(self) -> Tags:
        """Say to scikit-learn: two classes only, nulls welcome."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags


def _require_names_for(feature_names: Sequence[str] | None, column_count: int) -> None:
    """Raise unless there are no names, or one for each column."""
    if feature_names is not None and len(feature_names) != column_count:
        raise FeaturesDisagree(
            f"There are {len(feature_names)} feature names for {column_count} columns."
        )


def _as_mask(held_out: ArrayLike, n: int) -> Mask:
    """Return held_out as a bool array of shape (n,)."""
    mask = np.asarray(held_out)
    if mask.dtype != np.bool_ or mask.shape != (n,):
        raise FeaturesDisagree(
            f"held_out must be {n} booleans, one per row; it is {mask.dtype} of {mask.shape}."
        )
    return mask


def _require_two_outcomes(classes: NDArray[Any], outcomes: Outcomes, which: str) -> None:
    """Raise unless the outcomes hold 0 and 1 and nothing else."""
    if len(classes) > 2:
        raise ValueError(
            f"Only binary classification is supported. The type of the target is multiclass: "
            f"it has {len(classes)} classes."
        )
    if len(np.unique(outcomes)) < 2:
        raise OnlyOneOutcome(
            f"The {len(outcomes)} people {which} all have the same outcome (one class), so "
            "nothing can be learned from them: take more cut-offs or another horizon."
        )
