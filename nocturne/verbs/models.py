"""Verbs of models: train them, and open the record of their trainings."""

import click

from nocturne import environment
from nocturne.options import Day, as_json, as_of, day_of


@click.command()
@as_of
@as_json
def train(day: Day, as_json: bool) -> None:
    """Fit models, compare them out of time, promote or keep."""
    from nocturne.show import train as show_train

    with environment.here() as deployment:
        show_train.show(deployment, day_of(deployment, day), as_json=as_json)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), metavar="PORT", help="Default: a free one.")
def mlflow(port: int | None) -> None:
    """Open the trainings in MLflow, on this machine alone.

    Until Ctrl-C.
    """
    from nocturne import mlflow_ui

    mlflow_ui.serve(port)
