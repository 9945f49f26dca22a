"""What `nocturne train` does and prints, and what a night's summary tells of models."""

import os
from datetime import date

from rich.console import Console
from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from nocturne import environment
from nocturne.documents import reports
from nocturne.server import server, urls
from nocturne.show.console import count, heading, narrow_console, share, table
from pipelines.attempts import claims
from pipelines.deployment import Deployment
from pipelines.training.train import TrainingResult
from pipelines.warehouse import statements

WITHOUT = {"churn": "a churn model", "segmenter": "clusters"}


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
    show_models(deployment)
    for sentence in trained.sentences:
        print(sentence)


def train(deployment: Deployment, as_of: date) -> TrainingResult:
    """Fit, compare out of time and promote or keep; return what came of it."""
    from pipelines.training import train as room

    with claims.process_claim(deployment.warehouse, "nocturne train") as claim:
        return room.train(
            deployment, claim, room.TrainingRequest(as_of, tracking_url=tracking_url())
        )


def show_models(deployment: Deployment) -> None:
    """Print the models of the newest training."""
    console = narrow_console()
    with deployment.warehouse.begin() as connection:
        models(console, connection, None)


def models(console: Console, connection: Connection, night: RowMapping | None) -> None:
    """The churn model next to its baselines, out of time."""
    rows = statements.rows(connection, "summary/models")
    heading(console, "Churn model and its baselines, out of time")
    churn = [row for row in rows if row["kind"] == "churn"]
    if not churn:
        console.print(f"No model yet. {_why_none(connection, 'churn')}")
        return
    about = churn[0]["metrics"]
    console.print(
        f"Tested on {count(about['people_count'])} people at {about['test_cutoff']}, of whom "
        f"{share(about['base_rate'])} bought nothing in the {about['churn_horizon_days']} days on."
    )
    shown = table("model", "ROC-AUC", "PR-AUC", "Brier", "")
    for row in churn:
        figures = row["metrics"]
        numbers = (f"{figures[key]:.3f}" for key in ("roc_auc", "average_precision", "brier"))
        marks = ["serves"] if row["champion_since"] else []
        marks += ["simulated columns"] if figures.get("simulated_features") else []
        shown.add_row(row["name"], *numbers, ", ".join(marks))
    console.print(shown)
    serving = [row["verdict"] for row in churn if row["champion_since"]]
    console.print(f"[dim]{serving[0]}[/]" if serving else "[dim]An earlier champion serves.[/]")


def without(console: Console, connection: Connection, night: RowMapping) -> None:
    """Say of the kinds of models that the night has none of why there is none."""
    missing = {kind: words for kind, words in WITHOUT.items() if kind not in night["models"]}
    if missing:
        heading(console, "The night is without")
    for kind, words in missing.items():
        console.print(f"- {words}: {_why_none(connection, kind)}")


def _why_none(connection: Connection, kind: str) -> str:
    """Return why the newest training made no model of a kind; a first one is still to be tried."""
    for row in statements.rows(connection, "summary/untrained"):
        if row["kind"] == kind:
            return f"`nocturne train --as-of {row['trained_as_of']}` made none. {row['sentence']}"
    return "`nocturne train --as-of D` makes one, and the night after it has it."
