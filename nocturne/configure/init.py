"""What `nocturne init` does: write a first configuration, and say what to do next."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from nocturne.configure.schema import schemas
from pipelines.first_config import folder as first_config
from pipelines.first_config.folder import FirstConfig


def show(folder: Path, shown: Mapping[str, Sequence[str]], zone: str) -> None:
    """Write the configuration, and print the commands that try it."""
    folder = folder.expanduser().absolute()
    first_config.refuse_taken(folder, ["settings.yml", "sources.yml", "segments.yml"])
    made = first_config.propose(shown, zone)
    kept = {f".schema/{name}": text for name, text in schemas().items()}
    first_config.write(folder, made.files | kept)
    click.echo(f"{folder} has {', '.join(made.files)}: read sources.yml, its comments above all.")
    for sentence in _doubts(made):
        click.echo(sentence)
    click.echo(
        "\nNext:\n" + "".join(f"    {command}\n" for command in _next(folder, made)), nl=False
    )


def _doubts(made: FirstConfig) -> list[str]:
    doubts = []
    if made.doubts:
        doubts.append(f"Not sure of {made.doubts} columns: look for `not sure` there.")
    if made.not_found:
        doubts.append(f"Not found: {', '.join(made.not_found)}. Say there which column it is.")
    return doubts


def _next(folder: Path, made: FirstConfig) -> list[str]:
    """Return the commands up to the first night: a home of its own keeps the demo apart."""
    day = made.newest or "DAY"
    return [
        f"export NOCTURNE_CONFIG={shlex.quote(str(folder))}",
        f"export NOCTURNE_HOME={shlex.quote(str(folder / '.nocturne'))}",
        "nocturne up",
        "nocturne check-sources",
        "nocturne land",
        f"nocturne night --as-of {day}",
    ]
