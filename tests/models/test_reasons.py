from functools import partial

import numpy as np
import pytest

from models import reasons as said_in_words
from pipelines.scoring.score import WORDS

reasons = partial(said_in_words.reasons, words=WORDS)
NAMES = ["recency_days", "order_count", "spend_amount"]


def one(names, values, contributions):
    return reasons(names, np.array([values], dtype=float), np.array([contributions]))[0]


def test_what_raises_the_risk_comes_first_and_alone():
    said = one(NAMES, [41, 7, 80], [0.2, -0.9, 0.3])
    assert said == ["spent 80.00 ever (raises risk)", "last purchase 41 days ago (raises risk)"]


def test_what_lowers_the_risk_is_said_when_nothing_raises_it():
    said = one(NAMES, [1, 90, 80], [-0.2, -0.9, 0.0])
    assert said == ["90 purchases ever (lowers risk)", "last purchase 1 day ago (lowers risk)"]


def test_there_are_at_most_three():
    names = [f"rfm_{i}" for i in range(9)]
    assert len(one(names, range(9), np.linspace(1, 2, 9))) == 3


def test_equal_contributions_keep_the_order_of_the_features():
    said = one(NAMES, [2, 3, 4], [0.1000000004, 0.1, 0.1000000001])
    assert [text.split(" (")[0] for text in said] == [
        "last purchase 2 days ago",
        "3 purchases ever",
        "spent 4.00 ever",
    ]


def test_what_rounds_to_nothing_is_no_reason():
    assert one(NAMES, [1, 2, 3], [4e-7, -4e-7, 0.0]) == []


def test_a_person_has_the_same_reasons_alone_and_among_others():
    rng = np.random.default_rng(5)
    X, contributions = rng.integers(0, 50, (200, 3)) * 1.0, rng.normal(size=(200, 3))
    together = reasons(NAMES, X, contributions)
    alone = [one(NAMES, X[i], contributions[i]) for i in range(200)]
    assert together == alone


def test_order_is_by_size_as_a_dull_loop_finds_it():
    rng = np.random.default_rng(6)
    names = [f"feature_{i}" for i in range(8)]
    X, contributions = np.tile(np.arange(8.0), (100, 1)), rng.normal(-1, 1, (100, 8))
    for row, said in zip(contributions, reasons(names, X, contributions), strict=True):
        sign = 1 if (row > 0).any() else -1
        ranked = sorted((-sign * value, i) for i, value in enumerate(row) if sign * value > 0)
        word = "raises" if sign > 0 else "lowers"
        assert said == [f"feature {i} {i} ({word} risk)" for _, i in ranked[:3]]


def test_nobody_has_no_reasons():
    assert reasons(NAMES, np.empty((0, 3)), np.empty((0, 3))) == []


@pytest.mark.parametrize("served", ["recency", "logistic", "boosted"])
def test_whichever_model_serves_gives_reasons(served, people):
    from models import churn

    kind = {kind.kind: kind for kind in churn.CLASSIFIERS}[served]
    model = kind(feature_names=people.names).fit(people.X, people.y, people.held_out)
    said = reasons(people.names, people.X, model.contributions(people.X))
    assert all(said)
    longest_away = int(people.X[:, 0].argmax())
    days = int(people.X[longest_away, 0])
    assert f"last purchase {days} days ago (raises risk)" in said[longest_away]
