"""Sigmoid (Platt) calibration: raw scores become probabilities that mean what they say."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

# Newton's steps are quadratic; 5 to 10 are needed, and 100 is LIBSVM's limit.
MOST_STEPS = 100
GRADIENT_SMALL_ENOUGH = 1e-10
# LIBSVM's ridge on the curvature, which keeps a constant score solvable.
RIDGE = 1e-12


@dataclass(frozen=True)
class Sigmoid:
    """A line on the log-odds scale: log-odds = slope·margin + intercept, slope >= 0."""

    slope: float
    intercept: float

    def log_odds(self, margin: Floats) -> Floats:
        """Return the calibrated log-odds of raw margins, shape (n,)."""
        return self.slope * margin + self.intercept


def fit_sigmoid(margin: Floats, y: NDArray[np.int_]) -> Sigmoid:
    """Fit the sigmoid through which margins predict y best.

    Targets are Platt's, drawn in from 0 and 1 by the number of people, so that a perfect
    separation stays finite. A slope below 0 would turn the model's order around: it becomes 0,
    and everybody gets the mean of the targets.

    Parameters
    ----------
    margin : float64 array of shape (n,), raw scores, higher for likelier
    y : int array of shape (n,), 0 or 1

    References
    ----------
    .. [1] J. Platt, "Probabilistic outputs for support vector machines", 1999.
    .. [2] H.-T. Lin, C.-J. Lin, R. Weng, "A note on Platt's probabilistic outputs for support
       vector machines", Machine Learning 68, 2007.
    """
    ones = int(y.sum())
    zeros = len(y) - ones
    targets = np.where(y == 1, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    sigmoid = _newton(margin, targets)
    if sigmoid.slope > 0:
        return sigmoid
    share = float(targets.mean())
    return Sigmoid(0.0, float(np.log(share / (1 - share))))


def _newton(margin: Floats, targets: Floats) -> Sigmoid:
    """Minimise the cross-entropy of the targets by Newton's method, halving steps that worsen."""
    share = float(targets.mean())
    sigmoid = Sigmoid(0.0, float(np.log(share / (1 - share))))
    loss = _cross_entropy(sigmoid, margin, targets)
    for _ in range(MOST_STEPS):
        p = expit(sigmoid.log_odds(margin))
        gradient = np.array([((p - targets) * margin).mean(), (p - targets).mean()])
        if np.abs(gradient).max() < GRADIENT_SMALL_ENOUGH:
            break
        step = _newton_step(margin, p * (1 - p), gradient)
        for size in 0.5 ** np.arange(30):
            trial = Sigmoid(
                sigmoid.slope - float(size * step[0]), sigmoid.intercept - float(size * step[1])
            )
            trial_loss = _cross_entropy(trial, margin, targets)
            if trial_loss < loss:
                break
        else:
            break
        sigmoid, loss = trial, trial_loss
    return sigmoid


def _newton_step(margin: Floats, weights: Floats, gradient: Floats) -> Floats:
    """Solve the 2 x 2 system of curvature and gradient in closed form."""
    slope2 = (weights * margin * margin).mean() + RIDGE
    mixed = (weights * margin).mean()
    intercept2 = weights.mean() + RIDGE
    determinant = slope2 * intercept2 - mixed * mixed
    return np.array(
        [
            (intercept2 * gradient[0] - mixed * gradient[1]) / determinant,
            (slope2 * gradient[1] - mixed * gradient[0]) / determinant,
        ]
    )


def _cross_entropy(sigmoid: Sigmoid, margin: Floats, targets: Floats) -> float:
    """Return the mean cross-entropy of the targets under the sigmoid."""
    log_odds = sigmoid.log_odds(margin)
    return float((np.logaddexp(0, log_odds) - targets * log_odds).mean())
