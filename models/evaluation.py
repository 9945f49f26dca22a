"""How good predicted probabilities are, and whether one model really beats another."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from models.bootstrap import Metric, Pair, paired_differences
from models.errors import OnlyOneOutcome

Floats = NDArray[np.float64]
Outcomes = NDArray[np.int_]

SEED = 20171223
# Between seeds the interval's ends move by 2.5 % of its width at 500 rounds, 1 % at 2,000.
ROUNDS = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Scores:
    """What a model's probabilities are worth on people whose outcome is known."""

    people_count: int
    churned_count: int
    roc_auc: float
    average_precision: float
    brier: float
    log_loss: float


@dataclass(frozen=True)
class CalibrationBin:
    """People of like probability: how many, what was predicted, what happened."""

    people_count: int
    mean_probability: float
    churned_share: float


@dataclass(frozen=True)
class Draws:
    """How a bootstrap draws: which metric it looks at, the seed, and how many rounds."""

    metric: Metric = "average_precision"
    seed: int = SEED
    rounds: int = ROUNDS


@dataclass(frozen=True)
class Interval:
    """The difference measured and the ends of its 95 % bootstrap interval."""

    difference: float
    low: float
    high: float


class Names(NamedTuple):
    """What a verdict calls the two models that it compares."""

    candidate: str
    incumbent: str


CALLED = Names("the candidate", "the incumbent")


@dataclass(frozen=True)
class Verdict:
    """Whether the candidate beats the incumbent, why, and by how much."""

    is_better: bool
    sentence: str
    candidate: Scores
    incumbent: Scores
    average_precision: Interval


def evaluate(y: Outcomes, p: Floats) -> Scores:
    """Score probabilities p of shape (n,) against outcomes y of shape (n,), 1 = churned.

    Raises
    ------
    OnlyOneOutcome
        If nobody churned or everybody did: ranking has no meaning then.
    """
    _require_two_outcomes(y)
    return Scores(
        people_count=len(y),
        churned_count=int(np.sum(y)),
        roc_auc=float(roc_auc_score(y, p)),
        average_precision=float(average_precision_score(y, p)),
        brier=float(brier_score_loss(y, p)),
        log_loss=float(log_loss(y, p, labels=[0, 1])),
    )


def calibration_bins(y: Outcomes, p: Floats, bin_count: int = 10) -> list[CalibrationBin]:
    """Group people by quantiles of p and compare what was predicted with what happened.

    Equal probabilities share a bin, so there may be fewer bins than asked for.

    Parameters
    ----------
    y, p : arrays of shape (n,)
    bin_count : how many bins of about equal size
    """
    edges = np.unique(np.quantile(p, np.linspace(0, 1, bin_count + 1)[1:-1], method="higher"))
    bins = np.searchsorted(edges, p, side="right")
    return [
        CalibrationBin(int(here.sum()), float(p[here].mean()), float(y[here].mean()))
        for here in (bins == b for b in np.unique(bins))
    ]


def paired_bootstrap(y: Outcomes, p_a: Floats, p_b: Floats, draws: Draws | None = None) -> Interval:
    """Return metric(a) − metric(b) with its 95 % percentile interval over resampled people.

    Both models are scored on the same people in each round, so what makes a round easy or hard
    for both cancels out. One row is one person. Rounds that drew only one outcome are left out.

    Parameters
    ----------
    y : int array of shape (n,), 1 = churned
    p_a, p_b : float64 arrays of shape (n,), probabilities of churn
    draws : metric, seed and rounds

    Raises
    ------
    OnlyOneOutcome
        If nobody churned or everybody did.

    References
    ----------
    .. [1] B. Efron, R. Tibshirani, "An introduction to the bootstrap", 1993, chapter 13.
    """
    _require_two_outcomes(y)
    draws = draws or Draws()
    pair = Pair(p_a, p_b)
    measured = paired_differences(y, pair, draws.metric, np.ones((1, len(y))))
    drawn = _draw_differences(y, pair, draws)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return Interval(float(measured[0]), float(low), float(high))


def beats(
    y: Outcomes,
    candidate: Floats,
    incumbent: Floats,
    names: Names = CALLED,
) -> Verdict:
    """Decide whether a candidate may replace the simpler model that serves.

    It must have a higher average precision, by an interval that excludes 0, and a Brier score
    that is not worse; otherwise the simpler one serves.

    Parameters
    ----------
    y : int array of shape (n,), 1 = churned, one row per person of the test
    candidate, incumbent : float64 arrays of shape (n,), their probabilities of churn
    names : what the sentence calls them
    """
    ours, theirs = evaluate(y, candidate), evaluate(y, incumbent)
    interval = paired_bootstrap(y, candidate, incumbent)
    is_higher = interval.difference > 0 and interval.low > 0
    is_better = is_higher and ours.brier <= theirs.brier
    verdict = Verdict(is_better, "", ours, theirs, interval)
    return replace(verdict, sentence=_sentence(names, verdict))


def _sentence(names: Names, verdict: Verdict) -> str:
    """Say the verdict with its numbers."""
    a, b, interval = verdict.candidate, verdict.incumbent, verdict.average_precision
    beats_word = "beats" if verdict.is_better else "does not beat"
    interval_word = "excludes" if interval.low > 0 or interval.high < 0 else "includes"
    brier_word: Literal["worse", "not worse"] = "worse" if a.brier > b.brier else "not worse"
    return (
        f"On {a.people_count:,} people, {a.churned_count:,} of them churned, {names.candidate} "
        f"{beats_word} {names.incumbent}: average precision {a.average_precision:.3f} against "
        f"{b.average_precision:.3f}, a difference of {interval.difference:+.3f} whose 95 % "
        f"interval {interval.low:+.3f} to {interval.high:+.3f} {interval_word} 0; "
        f"Brier score {a.brier:.4f} against {b.brier:.4f}, {brier_word}."
    )


def _draw_differences(y: Outcomes, pair: Pair, draws: Draws) -> Floats:
    """Draw people with replacement in each round and return the differences, shape (rounds,)."""
    rng = np.random.default_rng(draws.seed)
    n = len(y)
    differences = np.empty(draws.rounds)
    # A few rounds at a time: about 2 million counts, 16 MB, whatever the number of people.
    together = max(1, 2_000_000 // n)
    for start in range(0, draws.rounds, together):
        stop = min(start + together, draws.rounds)
        counts = [np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(start, stop)]
        weights = np.array(counts, dtype=np.float64)
        differences[start:stop] = paired_differences(y, pair, draws.metric, weights)
    return differences


def _require_two_outcomes(y: Outcomes) -> None:
    """Raise unless somebody churned and somebody stayed."""
    if len(np.unique(y)) < 2:
        raise OnlyOneOutcome(
            f"All {len(y)} people of the test have the same outcome, so models cannot be compared."
        )
