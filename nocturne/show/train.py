"""Train as this process, with MLflow's record beside it."""

import os
from datetime import date

from nocturne import environment
from nocturne.server import server, urls
from pipelines.attempts import claims
from pipelines.deployment import Deployment


def tracking_url() -> str | None:
    """Return where MLflow keeps its runs: MLFLOW_TRACKING_URI, else the embedded server."""
    own = os.environ.get("MLFLOW_TRACKING_URI")
    if own or environment.uses_own_server():
        return own
    return urls.sqlalchemy_url(server.urls(environment.home()).mlflow)


def train(deployment: Deployment, as_of: date) -> object:
    """Fit, compare out of time and promote or keep; return what came of it."""
    from pipelines.training import train as room

    with claims.process_claim(deployment.warehouse, "nocturne train") as claim:
        return room.train(
            deployment, claim, room.TrainingRequest(as_of, tracking_url=tracking_url())
        )
