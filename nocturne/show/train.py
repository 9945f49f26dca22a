"""What `nocturne train` does and prints, with MLflow's record beside it."""

import os
from datetime import date

from nocturne import environment
from nocturne.documents import reports
from nocturne.server import server, urls
from nocturne.show import models
from pipelines.attempts import claims
from pipelines.deployment import Deployment
from pipelines.training.train import TrainingResult


def tracking_url() -> str | None:
    """Return where MLflow keeps its runs: MLFLOW_TRACKING_URI, else the embedded server."""
    own = os.environ.get("MLFLOW_TRACKING_URI")
    if own or environment.uses_own_server():
        return own
    return urls.sqlalchemy_url(server.urls(environment.home()).mlflow)


def show(deployment: Deployment, as_of: date, *, as_json: bool) -> None:
    """Train, and print the models held against each other and what is worth knowing."""
    trained = train(deployment, as_of)
    if as_json:
        reports.write(reports.of_training(trained))
        return
    models.show_models(deployment)
    for sentence in trained.sentences:
        print(sentence)


def train(deployment: Deployment, as_of: date) -> TrainingResult:
    """Fit, compare out of time and promote or keep; return what came of it."""
    from pipelines.training import train as room

    with claims.process_claim(deployment.warehouse, "nocturne train") as claim:
        return room.train(
            deployment, claim, room.TrainingRequest(as_of, tracking_url=tracking_url())
        )
