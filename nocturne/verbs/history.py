"""Verbs of nights past: what building them anew would change, and doing it."""

import sys
from pathlib import Path
from typing import Any

import click

from nocturne import environment
from nocturne.options import DAY, DAYS, FOLDER, Day, as_json, day_of


@click.command()
@click.option("--from", "first", type=DAY, required=True, metavar="DAY", help="The first night.")
@click.option("--to", "last", type=DAY, required=True, metavar="DAY", help=DAYS)
@click.option(
    "--config", "folder", type=FOLDER, metavar="FOLDER",
    help="Preview these settings in place of those in use.",
)  # fmt: skip
@as_json
def plan(first: Day, last: Day, folder: Path | None, as_json: bool) -> None:
    """Show what a backfill would change; change nothing.

    It prints the number of the plan, for `nocturne backfill --plan`.
    """
    from nocturne.show import plan as show_plan
    from pipelines.backfills.date_range import DateRange

    with environment.here() as deployment:
        span = DateRange(day_of(deployment, first), day_of(deployment, last))
        show_plan.show(deployment, span, folder, as_json=as_json)


@click.command()
@click.option("--from", "first", type=DAY, metavar="DAY", help="The first night.")
@click.option("--to", "last", type=DAY, metavar="DAY", help=DAYS)
@click.option("--plan", "plan_id", type=int, metavar="NUMBER", help="Build what this plan found.")
@click.option("--models", type=click.Choice(["champion"]), help="Those that serve today.")
@click.option("--reason", metavar="TEXT", help="Why; kept in ops.backfills.")
@click.option("--abandon", is_flag=True, help="Give up the one that is not finished.")
def backfill(first: Day | None, last: Day | None, abandon: bool, **how: Any) -> None:
    """Build and publish past nights anew, oldest first.

    Goes on where it was killed. Exit code 1 if a night was refused as too stale; the others are
    built.
    """
    from nocturne.show import backfill as show_backfill
    from pipelines.backfills.backfill import BackfillRequest
    from pipelines.backfills.date_range import CHAMPION, KEPT, DateRange

    if abandon == bool(first and last):
        raise click.UsageError("Give --from and --to, or --abandon.")
    with environment.here() as deployment:
        if first and last:
            how["models_mode"] = CHAMPION if how.pop("models") else KEPT
            span = DateRange(day_of(deployment, first), day_of(deployment, last))
            sys.exit(show_backfill.show(deployment, BackfillRequest(span, **how)))
        else:
            show_backfill.abandon(deployment)
