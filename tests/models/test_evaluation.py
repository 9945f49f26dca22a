import time

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from models.errors import OnlyOneOutcome
from models.evaluation import Draws, Names, beats, calibration_bins, evaluate, paired_bootstrap


@pytest.fixture(scope="module")
def contest():
    """Outcomes, their true probabilities, and the same probabilities told through noise."""
    rng = np.random.default_rng(4)
    p = rng.beta(1, 5, 2500)
    y = (rng.random(2500) < p).astype(int)
    noisy = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + rng.normal(0, 1.5, 2500))))
    return y, p, noisy


def test_scores_of_four_people_are_those_computed_by_hand():
    scores = evaluate(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.6, 0.1]))
    assert (scores.people_count, scores.churned_count) == (4, 2)
    assert scores.roc_auc == pytest.approx(3 / 4)
    assert scores.average_precision == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert scores.brier == pytest.approx((0.01 + 0.64 + 0.16 + 0.01) / 4)
    assert scores.log_loss == pytest.approx(-np.log([0.9, 0.2, 0.6, 0.9]).mean())


def test_people_of_one_outcome_cannot_be_scored():
    with pytest.raises(OnlyOneOutcome, match="All 3 people"):
        evaluate(np.zeros(3, dtype=int), np.full(3, 0.5))


def test_bins_say_what_was_predicted_and_what_happened():
    y = np.array([0, 0, 1, 0, 1, 1])
    bins = calibration_bins(y, np.array([0.1, 0.1, 0.2, 0.7, 0.8, 0.9]), bin_count=2)
    assert [b.people_count for b in bins] == [3, 3]
    assert [b.mean_probability for b in bins] == pytest.approx([0.4 / 3, 0.8])
    assert [b.churned_share for b in bins] == pytest.approx([1 / 3, 2 / 3])


def test_equal_probabilities_share_a_bin_and_everybody_is_in_one():
    y, p = np.tile([0, 1], 50), np.repeat([0.2, 0.4], 50)
    assert [b.people_count for b in calibration_bins(y, p)] == [50, 50]
    assert [b.people_count for b in calibration_bins(y, np.full(100, 0.3))] == [100]


def test_true_probabilities_are_found_calibrated(contest):
    y, p, _ = contest
    for b in calibration_bins(y, p):
        error = np.sqrt(b.mean_probability * (1 - b.mean_probability) / b.people_count)
        assert abs(b.churned_share - b.mean_probability) < 4 * error


def test_the_bootstrap_is_a_dull_loop_over_the_same_draws(contest):
    y, p, noisy = (values[:300] for values in contest)
    rng = np.random.default_rng(11)
    drawn = [rng.integers(0, 300, 300) for _ in range(100)]
    differences = [
        average_precision_score(y[rows], p[rows]) - average_precision_score(y[rows], noisy[rows])
        for rows in drawn
    ]
    interval = paired_bootstrap(y, p, noisy, Draws(seed=11, rounds=100))
    expected = np.quantile(differences, [0.025, 0.975])
    assert (interval.low, interval.high) == pytest.approx(tuple(expected))


def test_a_model_against_itself_differs_by_nothing(contest):
    y, p, _ = contest
    interval = paired_bootstrap(y, p, p)
    assert (interval.difference, interval.low, interval.high) == (0, 0, 0)


def test_the_interval_turns_around_with_the_models(contest):
    y, p, noisy = contest
    there, back = paired_bootstrap(y, p, noisy), paired_bootstrap(y, noisy, p)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(9)
    covered = 0
    for _ in range(200):
        y = rng.integers(0, 2, 150)
        good, bad = y + rng.normal(0, 1.0, (2, 150))
        interval = paired_bootstrap(y, good, bad, Draws(metric="roc_auc", rounds=200))
        covered += interval.low <= 0 <= interval.high
    assert 0.89 <= covered / 200 <= 0.99


def test_five_hundred_rounds_of_2500_people_take_less_than_two_seconds(contest):
    y, p, noisy = contest
    began = time.perf_counter()
    paired_bootstrap(y, p, noisy, Draws(rounds=500))
    assert time.perf_counter() - began < 2


def test_the_truth_beats_the_noise_and_the_sentence_has_the_numbers(contest):
    y, p, noisy = contest
    verdict = beats(y, p, noisy, Names("boosted trees", "recency alone"))
    assert verdict.is_better
    assert "boosted trees beats recency alone" in verdict.sentence
    assert f"{verdict.candidate.average_precision:.3f} against" in verdict.sentence
    assert f"{verdict.average_precision.low:+.3f} to" in verdict.sentence
    assert "excludes 0" in verdict.sentence


def test_noise_does_not_beat_the_truth(contest):
    y, p, noisy = contest
    assert not beats(y, noisy, p).is_better


def test_an_equal_does_not_beat_the_simpler(contest):
    y, p, _ = contest
    verdict = beats(y, p, p)
    assert not verdict.is_better
    assert "includes 0" in verdict.sentence


def test_a_better_order_with_a_worse_brier_score_does_not_beat(contest):
    y, p, noisy = contest
    overstated = p ** (1 / 6)
    verdict = beats(y, overstated, noisy)
    assert verdict.average_precision.low > 0
    assert not verdict.is_better
    assert verdict.sentence.endswith("worse.")
    assert "not worse" not in verdict.sentence
