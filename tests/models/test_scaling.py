import numpy as np
from sklearn.preprocessing import StandardScaler

from models.scaling import Standardiser, signed_log, weighted_sum


def test_the_logarithm_keeps_sign_zero_and_null():
    logs = signed_log(np.array([-(np.e - 1), 0.0, np.e - 1, np.nan]))
    np.testing.assert_allclose(logs, [-1, 0, 1, np.nan], atol=1e-15)


def test_standardising_agrees_with_scikit_learn():
    X = np.random.default_rng(1).gamma(2, 3, (500, 4))
    ours = Standardiser.fit(X).apply(X)
    np.testing.assert_allclose(ours, StandardScaler().fit_transform(X), atol=1e-12)


def test_a_constant_column_becomes_zero():
    X = np.column_stack([np.full(1000, 0.1), np.arange(1000)])
    assert X[:, 0].std() > 0, "rounding makes no deviation here, so this would test nothing"
    assert np.abs(Standardiser.fit(X).apply(X)[:, 0]).max() < 1e-12


def test_a_weighted_sum_is_the_matrix_product():
    X = np.random.default_rng(1).normal(size=(50, 6))
    weights = np.arange(6.0)
    np.testing.assert_allclose(weighted_sum(X, weights), X @ weights)
