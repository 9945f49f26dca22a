import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from models.calibration import fit_sigmoid


@pytest.fixture
def scored():
    rng = np.random.default_rng(3)
    margin = rng.normal(-1, 2, 800)
    y = (rng.random(800) < 1 / (1 + np.exp(-(0.5 * margin - 0.3)))).astype(int)
    return margin, y


def test_the_sigmoid_is_scikit_learns(scored):
    margin, y = scored
    ranker = LogisticRegression().fit(margin[:, None], y)
    ours = fit_sigmoid(ranker.decision_function(margin[:, None]), y)
    theirs = CalibratedClassifierCV(FrozenEstimator(ranker), method="sigmoid").fit(
        margin[:, None], y
    )
    calibrator = theirs.calibrated_classifiers_[0].calibrators[0]
    assert ours.slope == pytest.approx(-calibrator.a_, rel=1e-3)
    assert ours.intercept == pytest.approx(-calibrator.b_, rel=1e-2, abs=1e-3)


def test_the_mean_probability_is_the_share_that_left(scored):
    margin, y = scored
    p = 1 / (1 + np.exp(-fit_sigmoid(margin, y).log_odds(margin)))
    assert p.mean() == pytest.approx(y.mean(), abs=2 / len(y))


def test_an_order_turned_around_becomes_no_order_and_never_the_reverse(scored):
    margin, y = scored
    sigmoid = fit_sigmoid(-margin, y)
    assert sigmoid.slope == 0
    assert 1 / (1 + np.exp(-sigmoid.intercept)) == pytest.approx(y.mean(), abs=2 / len(y))


def test_perfect_separation_stays_finite():
    margin = np.concatenate([np.linspace(-1000, -1, 20), np.linspace(1, 1000, 20)])
    sigmoid = fit_sigmoid(margin, np.repeat([0, 1], 20))
    assert 0 < sigmoid.slope < 1e4
