import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from models.bootstrap import weighted_metric

THEIRS = {
    "average_precision": average_precision_score,
    "roc_auc": roc_auc_score,
    "brier": brier_score_loss,
}


@pytest.mark.parametrize("metric", THEIRS)
@pytest.mark.parametrize("decimals", [1, 9])
def test_each_weighting_scores_as_scikit_learn_scores_it(metric, decimals):
    rng = np.random.default_rng(2)
    y, p = rng.integers(0, 2, 300), rng.random(300).round(decimals)
    weights = rng.multinomial(300, np.full(300, 1 / 300), size=12).astype(float)
    expected = [THEIRS[metric](y, p, sample_weight=row) for row in weights]
    np.testing.assert_allclose(weighted_metric(y, p, metric, weights), expected)


def test_a_round_with_one_outcome_has_no_rank_metric():
    y, p = np.array([0, 1]), np.array([0.2, 0.6])
    assert np.isnan(weighted_metric(y, p, "roc_auc", np.array([[2.0, 0.0]])))
