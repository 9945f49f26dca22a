"""Verbs of nights: build one, prove it, tell how all stand, deliver the newest."""

import sys
from contextlib import ExitStack

import click

from nocturne import environment
from nocturne.options import Day, as_json, as_of, day_of
from nocturne.progress import steps


@click.command()
@as_of
@click.option("--known-at", type=click.Choice(["recorded"]), help="Build it as it was known then.")
@as_json
def night(day: Day, known_at: str | None, as_json: bool) -> None:
    """Receive, build and publish a night; print its summary."""
    from nocturne.show import night as show_night
    from nocturne.show import summary
    from pipelines.attempts import claims, freshness
    from pipelines.nights import runner
    from pipelines.retention import retire

    with environment.here() as deployment, ExitStack() as afterwards:
        day = day_of(deployment, day)
        freshness.refuse_unended(deployment, day)
        before = runner.recorded_known_at(deployment, day) if known_at else None
        with claims.process_claim(deployment.warehouse, "nocturne night") as claim:
            with steps(f"night of {day}", before is None) as listener:
                request = claims.AttemptRequest(day, known_at=before)
                runner.run_night(deployment, claim, request, listener=listener)
            afterwards.callback(retire.retire, deployment)  # even if the repair fails
            summary.show(deployment, day, as_json=as_json)
            if before is None:
                show_night.repair(deployment, claim, day, is_silent=as_json)


@click.command()
@as_of
@click.option("--known-at", type=click.Choice(["now"]), help="Show what is known since instead.")
@as_json
def verify(day: Day, known_at: str | None, as_json: bool) -> None:
    """Build a night again, compare every row.

    Exit code 1 if the rows differ from those published.
    """
    from nocturne.show import verify as show_verify

    with environment.here() as deployment:
        is_now = known_at == "now"
        day = day_of(deployment, day)
        sys.exit(show_verify.show(deployment, day, now=is_now, as_json=as_json))


@click.command()
@as_json
def status(as_json: bool) -> None:
    """Tell how things stand, and what to do next.

    Exit code 3 when a night is late, 1 when what was received does not add up.
    """
    from nocturne.show import status as show_status

    with environment.here() as deployment:
        sys.exit(show_status.show(deployment, as_json=as_json))


@click.command()
@click.option("--destination", metavar="NAME", help="Only this one.")
@click.option("--dry-run", is_flag=True, help="Say what would be delivered.")
@as_json
def export(destination: str | None, dry_run: bool, as_json: bool) -> None:
    """Deliver the newest night to people who consent."""
    from nocturne.show import export as show_export

    with environment.here() as deployment:
        show_export.show(deployment, destination, dry_run=dry_run, as_json=as_json)
