"""Verbs of what arrives: try sources, land them, put quarantined rows back on their way."""

import sys

import click

from nocturne import environment
from nocturne.options import as_json


@click.command("check-sources")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@as_json
def check_sources(sources: tuple[str, ...], as_json: bool) -> None:
    """Try the mappings on the newest rows; write nothing.

    Exit code 1 if anything is to be mended.
    """
    from nocturne.show import check_sources as show_check_sources

    with environment.here() as deployment:
        sys.exit(show_check_sources.show(deployment, sources, as_json=as_json))


@click.command()
@click.option(
    "--again",
    multiple=True,
    metavar="FILE",
    help="Land FILE though its bytes were; it replaces what they brought.",
)
def land(again: tuple[str, ...]) -> None:
    """Receive what is new: land, check and stage."""
    from pipelines.checking import check
    from pipelines.landing import land as room
    from pipelines.staging import stage

    with environment.here() as deployment:
        landed = room.land(deployment, again)
        for file in landed:
            click.echo(f"{file.source:16} {file.file}: {file.sentence}")
        check.check(deployment)
        click.echo(f"{stage.stage(deployment):,} rows staged.")


@click.command()
@click.option("--accept", "batch_id", type=int, metavar="BATCH", help="Let in a refused batch.")
def replay(batch_id: int | None) -> None:
    """Put repaired rows, or a refused batch, on their way."""
    from nocturne.show import replay as show_replay

    with environment.here() as deployment:
        if batch_id is None:
            show_replay.show(deployment)
        else:
            show_replay.accept(deployment, batch_id)
