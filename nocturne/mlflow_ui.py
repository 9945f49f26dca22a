"""`nocturne mlflow`: MLflow's web UI on 127.0.0.1, opened at the experiment of training."""

import os
import subprocess
import sys
import webbrowser

import click
import sqlalchemy as sa

from nocturne import environment
from nocturne.server import urls as server_urls
from nocturne.server.run_as import ServerError
from nocturne.show.train import tracking_url
from pipelines.errors import NothingThere
from pipelines.training import mlflow_run

ADDRESS = "127.0.0.1"


def serve(port: int | None) -> None:
    """Print where the runs are, open a browser where there is a screen, serve until Ctrl-C."""
    store = store_of(tracking_url())
    at = port or server_urls.free_port()
    place = address(at, experiment_of(store))
    click.echo(f"The trainings are at {place}\nCtrl-C stops it.")
    if sys.stdout.isatty():
        webbrowser.open(place)
    try:
        code = subprocess.run(command(at), env=server_environment(store), check=False).returncode
    except KeyboardInterrupt:
        click.echo("Stopped.")
        return
    if code:
        raise ServerError(f"MLflow has ended by itself, with exit code {code}; see what it says.")


def store_of(url: str | None) -> str:
    """Return where MLflow keeps its runs, in SQLAlchemy's words.

    Raises
    ------
    NothingThere
        If no database of MLflow's is named.
    """
    if url is None:
        raise NothingThere(
            "the warehouse is a PostgreSQL of your own, and MLFLOW_TRACKING_URI names no database "
            "for the record of trainings: set it, then `nocturne train --as-of newest`."
        )
    if not url.startswith("postgres"):
        raise NothingThere(
            "MLFLOW_TRACKING_URI names no PostgreSQL but an MLflow that runs already: open that in "
            "a browser."
        )
    parts = sa.make_url(url)
    return parts.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def experiment_of(store: str) -> str:
    """Return the number of the experiment of training.

    Raises
    ------
    NothingThere
        If no training is recorded yet.
    """
    with environment.reached(store):
        engine = sa.create_engine(store)
        try:
            with engine.connect():
                pass
        finally:
            engine.dispose()
    found = mlflow_run.experiment_id(store)
    if found is None:
        raise NothingThere(
            "no training is recorded yet: `nocturne train --as-of newest` makes one."
        )
    return found


def address(port: int, experiment: str) -> str:
    """Return the page of an experiment's runs."""
    return f"http://{ADDRESS}:{port}/#/experiments/{experiment}/runs"


def command(port: int) -> list[str]:
    """Return the command of the server; its database is in the environment, not in the list."""
    return [sys.executable, "-m", "mlflow", "server", "--host", ADDRESS, "--port", str(port)]


def server_environment(store: str) -> dict[str, str]:
    """Return the environment of the server, which reports to nobody."""
    ours = {"MLFLOW_BACKEND_STORE_URI": store, "MLFLOW_DISABLE_TELEMETRY": "true"}
    return {**os.environ, **ours, "DO_NOT_TRACK": "true"}
