"""Boosted trees for churn, calibrated, with exact SHAP values as contributions."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import xgboost

from models.classifier import ChurnClassifier, Floats, Mask, Outcomes

SEED = 20171223
# Rounds without a better held-out log loss before boosting stops; 50 = 2.5 / learning rate.
PATIENCE_ROUNDS = 50


class BoostedChurn(ChurnClassifier):
    """Boosted trees: one thread, a fixed seed, stopped early on the held-out fifth.

    Nulls are XGBoost's own. Contributions are exact SHAP values. Without a held-out fifth
    nothing stops the trees before `max_trees`.

    Parameters
    ----------
    feature_names : names of the columns, kept in the bytes
    max_trees, learning_rate, max_depth : XGBoost's, see [1]_

    References
    ----------
    .. [1] T. Chen, C. Guestrin, "XGBoost: a scalable tree boosting system", KDD 2016.
    .. [2] S. Lundberg, G. Erion, S.-I. Lee, "Consistent individualized feature attribution for
       tree ensembles", arXiv:1802.03888, 2018.
    """

    kind: ClassVar[str] = "boosted"

    def __init__(
        self,
        feature_names: Sequence[str] | None = None,
        max_trees: int = 600,
        learning_rate: float = 0.05,
        max_depth: int = 4,
    ) -> None:
        self.feature_names = feature_names
        self.max_trees = max_trees
        self.learning_rate = learning_rate
        self.max_depth = max_depth

    def _fit_margin(self, X: Floats, y: Outcomes, held_out: Mask | None) -> None:
        kept = slice(None) if held_out is None else ~held_out
        fitting = xgboost.DMatrix(X[kept], y[kept], nthread=1)
        stopping: dict[str, Any] = {}
        if held_out is not None:
            watched = xgboost.DMatrix(X[held_out], y[held_out], nthread=1)
            stopping = {
                "evals": [(watched, "held_out")],
                "early_stopping_rounds": PATIENCE_ROUNDS,
                "verbose_eval": False,
            }
        booster = xgboost.train(self._settings(), fitting, self.max_trees, **stopping)
        if held_out is not None:
            booster = booster[: booster.best_iteration + 1]
        # Served from its bytes, so that what is tested is what any later process reads.
        self._restore({}, bytes(booster.save_raw("ubj")))

    def _settings(self) -> dict[str, Any]:
        """Return the settings XGBoost trains with."""
        return {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "nthread": 1,
            "seed": SEED,
            "eta": self.learning_rate,
            "max_depth": self.max_depth,
            "min_child_weight": 5,
            "subsample": 0.8,
            "colsample_bytree": 0.8,
            "eval_metric": "logloss",
        }

    def _margin(self, X: Floats) -> Floats:
        if not len(X):
            return np.zeros(0)
        rows = xgboost.DMatrix(X, nthread=1)
        return self.booster_.predict(rows, output_margin=True).astype(np.float64)

    def _margin_contributions(self, X: Floats) -> Floats:
        if not len(X):
            return np.zeros_like(X)
        return self._shap(X)[:, :-1]

    def _expected_margin(self) -> float:
        return float(self._shap(np.full((1, self.n_features_in_), np.nan))[0, -1])

    def _shap(self, X: Floats) -> Floats:
        """Return the SHAP values of each feature, then what they start from, (n, k + 1)."""
        rows = xgboost.DMatrix(X, nthread=1)
        return self.booster_.predict(rows, pred_contribs=True).astype(np.float64)

    def _learned(self) -> tuple[dict[str, Any], bytes]:
        return {}, bytes(self.booster_.save_raw("ubj"))

    def _restore(self, learned: dict[str, Any], body: bytes) -> None:
        self.booster_ = xgboost.Booster({"nthread": 1}, model_file=bytearray(body))
