"""Record a training in MLflow; a training never fails for it."""

import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from models.evaluation import calibration_bins
from pipelines.training.candidates import Candidate, Examples

EXPERIMENT = "nocturne churn"
# Long enough for a database on another continent, short enough not to hold a training up; MLflow
# by itself retries for an hour.
CONNECT_SECONDS = 5
MOST_FEATURES_SHOWN = 15


@dataclass(frozen=True)
class TrainingRun:
    """One training: what it was asked, what serves by kind, its test, candidates and verdicts."""

    training_id: int
    params: dict[str, str]
    serving: dict[str, str]
    verdicts: dict[str, str]
    test: Examples
    candidates: list[Candidate]


def record(url: str, folder: Path, training: TrainingRun) -> str:
    """Keep a training as a run of MLflow, its pictures below `folder`; return a sentence.

    Whatever goes wrong is in the sentence, without the password of `url`.
    """
    place = sa.make_url(url).render_as_string(hide_password=True)
    try:
        _require_database(url)
        run_id = _record(url, folder, training)
    except Exception as error:  # whatever MLflow meets must not undo a training
        return (
            f"MLflow at {place} could not be used ({type(error).__name__}): training "
            f"{training.training_id} stands, but has no run there."
        )
    return f"MLflow keeps training {training.training_id} as run {run_id} at {place}."


def experiment_id(url: str) -> str | None:
    """Return the number of the experiment of training; None before any is recorded."""
    found = _client(url).get_experiment_by_name(EXPERIMENT)
    return None if found is None else str(found.experiment_id)


def _require_database(url: str) -> None:
    """Raise at once if the database does not answer."""
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg2"),
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )
    with engine.connect():
        pass
    engine.dispose()


def _record(url: str, folder: Path, training: TrainingRun) -> str:
    client = _client(url)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        folder.mkdir(parents=True, exist_ok=True)
        experiment_id = client.create_experiment(EXPERIMENT, artifact_location=folder.as_uri())
    else:
        experiment_id = experiment.experiment_id
    number = str(training.training_id)
    known = client.search_runs(
        [experiment_id], f"tags.training_id = '{number}' and tags.complete = 'true'"
    )
    if known:
        return str(known[0].info.run_id)
    tags = {"training_id": number} | {f"serving.{k}": v for k, v in training.serving.items()}
    run_id = _run(client, experiment_id, f"training {number}", tags)
    _log(client, run_id, {}, training.params)
    for candidate in training.candidates:
        serves = str(candidate.model_id == training.serving.get("churn")).lower()
        about = {
            "mlflow.parentRunId": run_id,
            "model_id": candidate.model_id,
            "serves": serves,
            "verdict": training.verdicts[candidate.name],
        }
        child = _run(client, experiment_id, candidate.name, about)
        _log(client, child, asdict(candidate.scores), {})
        client.log_figure(child, _importance(candidate, training.test), "importance.png")
        client.set_terminated(child)
    client.log_figure(run_id, _calibration(training), "calibration.png")
    client.set_tag(run_id, "complete", "true")
    client.set_terminated(run_id)
    return run_id


def _client(url: str) -> Any:
    """Return MLflow's client of a database, which sends nothing to anybody else."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    from mlflow.tracking import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    store = sa.make_url(url).set(drivername="postgresql+psycopg2")
    return MlflowClient(tracking_uri=store.render_as_string(hide_password=False))


def _run(client: Any, experiment_id: str, name: str, tags: Mapping[str, str]) -> str:
    return str(client.create_run(experiment_id, tags=dict(tags), run_name=name).info.run_id)


def _log(client: Any, run_id: str, metrics: dict[str, float], params: dict[str, str]) -> None:
    for key, value in metrics.items():
        client.log_metric(run_id, key, float(value))
    for key, text in params.items():
        client.log_param(run_id, key, text)


def _calibration(training: TrainingRun) -> Any:
    """Draw what each candidate predicted against what happened."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 6), layout="tight")
    axes = figure.subplots()
    for candidate in training.candidates:
        bins = calibration_bins(training.test.y, candidate.probabilities)
        predicted = [b.mean_probability for b in bins]
        axes.plot(predicted, [b.churned_share for b in bins], marker="o", label=candidate.name)
    axes.axline((0, 0), slope=1, color="grey", linewidth=0.8)
    axes.set(xlabel="predicted probability of churn", ylabel="share that churned")
    axes.legend()
    return figure


def _importance(candidate: Candidate, test: Examples) -> Any:
    """Draw what moves a candidate's log-odds most, on average over the people of the test."""
    from matplotlib.figure import Figure

    contributions = candidate.model.contributions(test.columns(candidate.features))
    sizes = np.abs(contributions).mean(axis=0).tolist()
    by_size = sorted(zip(candidate.features, sizes, strict=True), key=lambda item: item[1])
    ranked = by_size[-MOST_FEATURES_SHOWN:]
    figure = Figure(figsize=(7, 5), layout="tight")
    axes = figure.subplots()
    axes.barh([name for name, _ in ranked], [value for _, value in ranked])
    axes.set(xlabel="mean absolute contribution to the log-odds of churn", title=candidate.name)
    return figure
