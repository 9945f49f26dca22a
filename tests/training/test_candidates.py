"""Claims about candidates: which of them comes to serve, and what MLflow keeps of them."""

import numpy as np
import pytest
import sqlalchemy as sa

from pipelines.training import mlflow_run
from pipelines.training.candidates import (
    Candidate,
    Examples,
    evaluate,
    fit_candidates,
    replaces,
    select,
)


def invent(people: int, seed: int, effect: float) -> Examples:
    """People whose churn depends on recency, and by `effect` on the number of orders."""
    rng = np.random.default_rng(seed)
    recency = rng.integers(0, 60, people).astype(float)
    orders = rng.integers(1, 30, people).astype(float)
    log_odds = -2 + 0.04 * recency - effect * (orders - 15)
    y = (rng.random(people) < 1 / (1 + np.exp(-log_odds))).astype(int)
    ids = rng.integers(0, 2**62, people)
    return Examples(("recency_days", "order_count"), ids, np.column_stack([recency, orders]), y)


@pytest.fixture(scope="module")
def candidates() -> tuple[Examples, list[Candidate]]:
    """Candidates where the number of orders says much."""
    test = invent(1500, 2, 0.2)
    return test, fit_candidates(invent(1500, 1, 0.2), test)


def test_a_candidate_that_beats_the_simpler_ones_serves(candidates):
    test, fitted = candidates
    best, verdicts = select(test.y, fitted)
    assert best.name == "logistic"
    assert "boosted does not beat logistic" in verdicts["boosted"]


def test_where_only_recency_tells_anything_recency_serves():
    test = invent(1500, 4, 0)
    best, _ = select(test.y, fit_candidates(invent(1500, 3, 0), test))
    assert best.name == "recency"


def test_the_first_champion_serves_and_its_equal_changes_nothing(candidates):
    test, (recency, logistic, _) = candidates
    assert replaces(test.y, recency, None)[0]
    assert not replaces(test.y, logistic, logistic)[0]


def test_a_better_model_replaces_what_serves_and_a_worse_one_does_not(candidates):
    test, (recency, logistic, _) = candidates
    assert replaces(test.y, logistic, recency)[0]
    assert not replaces(test.y, recency, logistic)[0]


def test_a_simpler_model_replaces_one_that_does_not_beat_it(candidates):
    test, (_, logistic, boosted) = candidates
    assert replaces(test.y, logistic, boosted)[0]
    assert not replaces(test.y, boosted, logistic)[0]


def test_a_model_of_the_same_kind_has_to_beat_what_serves(candidates):
    test, (_, logistic, _) = candidates
    other = fit_candidates(invent(1500, 9, 0.2), test)[1]
    assert not replaces(test.y, other, evaluate("logistic before", logistic.model, test))[0]


def test_mlflow_keeps_figures_and_pictures_once_and_tells_nobody(
    candidates, new_database, tmp_path
):
    test, fitted = candidates
    verdicts = {candidate.name: "It was tried." for candidate in fitted}
    serving = {"churn": fitted[1].model_id}
    run = mlflow_run.TrainingRun(1, {"as_of": "2026-04-20"}, serving, verdicts, test, fitted)
    url = new_database()
    first = mlflow_run.record(url, tmp_path / "mlflow", run)
    assert "keeps training 1" in first
    assert mlflow_run.record(url, tmp_path / "mlflow", run) == first
    pictures = sorted(path.name for path in (tmp_path / "mlflow").rglob("*.png"))
    assert pictures == ["calibration.png", *["importance.png"] * 3]
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg2"))
    with engine.connect() as connection:
        of_auc = sa.text("select value from metrics where key = 'roc_auc'")
        kept = connection.execute(of_auc).scalars().all()
        tags = connection.execute(sa.text("select value from tags")).scalars().all()
    engine.dispose()
    assert sorted(kept) == sorted(candidate.scores.roc_auc for candidate in fitted)
    assert str(sa.make_url(url).password) not in " ".join(tags)
    from mlflow.telemetry import get_telemetry_client

    assert get_telemetry_client() is None, "MLflow sends nothing to anybody"
