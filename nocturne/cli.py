"""The command `nocturne`: every verb parses, calls one function and prints what came of it."""

import os
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from nocturne import environment
from nocturne.progress import steps
from nocturne.server import server, urls
from nocturne.server.run_as import ServerError
from pipelines.errors import NocturneError

DAY = click.DateTime(formats=["%Y-%m-%d"])
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class Sentences(click.Group):
    """Turns the product's own errors into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except (NocturneError, ServerError, PermissionError) as error:
            click.echo(f"nocturne: {error}", err=True)
            ctx.exit(1)


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nocturne")
def main() -> None:
    """Customer segments every night, in PostgreSQL: same inputs, same rows."""


@main.command()
def up() -> None:
    """Start the embedded database and bring the schemas up to date."""
    if not environment.uses_own_server():
        server.up(environment.home())
    with environment.here() as deployment:
        from pipelines.staging import restaging

        if news := restaging.announce(deployment):
            click.echo(news)
        click.echo("The warehouse is up. `nocturne psql` opens it, `nocturne status` tells.")


@main.command()
def down() -> None:
    """Stop what Nocturne has started: Airflow's web UI, then the database."""
    from nocturne.airflow import ui

    stopped = [ui.stop(environment.home()), server.down(environment.home())]
    click.echo("Stopped." if any(stopped) else "Nothing was running.")


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--owner", is_flag=True, help="As the owner, who may write, not the analyst.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(owner: bool, arguments: tuple[str, ...]) -> None:
    """Open the bundled psql as the read-only analyst; further ARGUMENTS are psql's."""
    url = environment.url("owner" if owner else "analyst")
    program = server.psql_binary(environment.home())
    with_address = {**os.environ, "PGOPTIONS": "-c search_path=marts,ops"}
    with_address.update(urls.libpq_environment(url))
    os.execve(program, [str(program), *arguments], with_address)


@main.command()
@click.option("--owner", is_flag=True, help="The owner's URL, who may write, not the analyst's.")
def url(owner: bool) -> None:
    """Print the warehouse's URL, for a program that wants one; it holds a password."""
    click.echo(environment.url("owner" if owner else "analyst"))


@main.command("check-sources")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
def check_sources(sources: tuple[str, ...]) -> None:
    """Try the mapping of SOURCEs on their newest rows and write nothing; exit code 1 if faulty."""
    from nocturne.show import check_sources as show_check_sources

    with environment.here() as deployment:
        sys.exit(show_check_sources.show(deployment, sources))


@main.command()
@click.option("--again", multiple=True, metavar="FILE", help="Land FILE though its bytes were.")
def land(again: tuple[str, ...]) -> None:
    """Receive what is new from all sources: land, check and stage."""
    from pipelines.landing import land as room
    from pipelines.nights import sentences
    from pipelines.steps import RECEIVE

    with environment.here() as deployment:
        for landed in room.land(deployment, again):
            click.echo(landed.line)
        for step in RECEIVE[1:]:
            click.echo(sentences.receive(deployment, step))


@main.command()
@click.option("--as-of", "day", type=DAY, required=True, help="The business day, inclusive.")
@click.option("--known-at", type=click.Choice(["recorded"]), help="Build it as it was known then.")
def night(day: datetime, known_at: str | None) -> None:
    """Receive, build and publish a night in this process, and print its summary."""
    from nocturne.show import night as show_night
    from nocturne.show import summary
    from pipelines.attempts import claims, freshness
    from pipelines.nights import runner
    from pipelines.retention import retire

    as_of = day.date()
    with environment.here() as deployment, ExitStack() as afterwards:
        freshness.refuse_unended(deployment, as_of)
        before = runner.recorded_known_at(deployment, as_of) if known_at else None
        with claims.process_claim(deployment.warehouse, "nocturne night") as claim:
            with steps(f"night of {as_of}", before is None) as tell:
                runner.run_night(
                    deployment, claim, claims.AttemptRequest(as_of, known_at=before), tell=tell
                )
            afterwards.callback(retire.retire, deployment)  # even if the repair fails
            summary.show(deployment, as_of)
            if before is None:
                show_night.repair(deployment, claim, as_of)


@main.command()
@click.option("--as-of", "day", type=DAY, required=True, help="Train on what this day knew.")
def train(day: datetime) -> None:
    """Fit challengers, compare them out of time, promote or keep."""
    from nocturne.show import summary
    from nocturne.show.train import train as run

    with environment.here() as deployment:
        run(deployment, day.date())
        summary.show_models(deployment)


@main.command()
@click.option("--destination", help="Only this one.")
@click.option("--dry-run", is_flag=True, help="Say what would be delivered.")
def export(destination: str | None, dry_run: bool) -> None:
    """Deliver what is due: the newest published night, to people who consent."""
    from pipelines.delivery import export as room

    with environment.here() as deployment:
        for delivered in room.deliver(deployment, destination, dry_run):
            click.echo(delivered.sentence)


@main.command()
@click.option("--as-of", "day", type=DAY, required=True, help="The night to prove.")
@click.option("--known-at", type=click.Choice(["now"]), help="Show what is known since instead.")
def verify(day: datetime, known_at: str | None) -> None:
    """Build a night again from its record and compare row by row; exit code 1 if it differs."""
    from nocturne.show import verify as show_verify

    with environment.here() as deployment:
        sys.exit(show_verify.show(deployment, day.date(), now=known_at == "now"))


@main.command()
@click.option("--from", "first", type=DAY, required=True, help="The first night.")
@click.option("--to", "last", type=DAY, required=True, help="The last night.")
@click.option(
    "--config", "folder", type=FOLDER, help="Preview these settings in place of those in use."
)
def plan(first: datetime, last: datetime, folder: Path | None) -> None:
    """Show what a backfill would change, and change nothing; prints a plan's number."""
    from nocturne.show import plan as show_plan
    from pipelines.backfills.date_range import DateRange

    with environment.here() as deployment:
        show_plan.show(deployment, DateRange(first.date(), last.date()), folder)


@main.command()
@click.option("--from", "first", type=DAY, help="The first night.")
@click.option("--to", "last", type=DAY, help="The last night.")
@click.option("--plan", "plan_id", type=int, help="Build exactly what this plan found.")
@click.option("--models", type=click.Choice(["champion"]), help="Those that serve today.")
@click.option("--reason", help="Why; kept in ops.backfills.")
@click.option("--abandon", is_flag=True, help="Give up the one that is not finished.")
def backfill(first: datetime | None, last: datetime | None, abandon: bool, **how: Any) -> None:
    """Build and publish nights anew, oldest first; goes on where it was killed.

    Exit code 1 if a night was refused as too stale; the others are built.
    """
    from nocturne.show import backfill as show_backfill
    from pipelines.backfills.backfill import BackfillRequest
    from pipelines.backfills.date_range import CHAMPION, KEPT, DateRange

    if abandon == bool(first and last):
        raise click.UsageError("Give --from and --to, or --abandon.")
    with environment.here() as deployment:
        if first and last:
            how["models_mode"] = CHAMPION if how.pop("models") else KEPT
            span = DateRange(first.date(), last.date())
            sys.exit(show_backfill.show(deployment, BackfillRequest(span, **how)))
        else:
            show_backfill.abandon(deployment)


@main.command()
@click.option("--accept", "batch_id", type=int, metavar="BATCH", help="Let in a refused batch.")
def replay(batch_id: int | None) -> None:
    """Put repaired or re-ruled rows of quarantine, or a refused batch, back on their way."""
    from nocturne.show import replay as show_replay

    with environment.here() as deployment:
        if batch_id is None:
            show_replay.show(deployment)
        else:
            show_replay.accept(deployment, batch_id)


@main.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
def schema(folder: Path | None) -> None:
    """Write JSON Schemas of config/ to FOLDER (default: its .schema), for editors to complete."""
    from nocturne.show import schema as show_schema

    show_schema.show(folder)


@main.command()
def status() -> None:
    """Tell how things stand; exit code 1 when a night is late."""
    from nocturne.show import status as show_status

    with environment.here() as deployment:
        sys.exit(show_status.show(deployment))


if __name__ == "__main__":
    main()
