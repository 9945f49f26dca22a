"""Verbs of configuration: write a first one for files of a shop, JSON Schemas for editors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from nocturne import environment
from nocturne.options import FOLDER_TO_WRITE, ZONE


def _shown(entity: str, what: str, **more: Any) -> Callable[[Any], Any]:
    """Return the option that shows files of an entity."""
    option = f"--{entity.replace('_', '-')}"
    return click.option(option, entity, multiple=True, metavar="FILE", help=what, **more)


@click.command()
@click.argument("folder", type=FOLDER_TO_WRITE)
@_shown("order_lines", "What was bought: CSV, JSON Lines or Parquet.", required=True)
@_shown("customers", "A list of customers.")
@_shown("events", "Visits, mailings and the like.")
@_shown("products", "A catalogue.")
@click.option("--time-zone", type=ZONE, metavar="ZONE", help="Such as Europe/Berlin.")
def init(folder: Path, time_zone: str | None, **shown: tuple[str, ...]) -> None:
    """Write a configuration for files of your own to FOLDER.

    A FILE may be a glob in quotes, and each option may be given again. Nothing that is there is
    written over.
    """
    from nocturne.configure import init as first

    first.show(folder, shown, time_zone or environment.time_zone())


@click.command()
@click.argument("folder", required=False, type=FOLDER_TO_WRITE)
def schema(folder: Path | None) -> None:
    """Write JSON Schemas of config/, for editors.

    They go to FOLDER, by default to .schema in the folder of the configuration.
    """
    from nocturne.configure import schema as schemas

    schemas.show(folder)
