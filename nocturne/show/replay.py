"""Replay quarantined rows or a refused batch, and print the result."""

import click

from pipelines.deployment import Deployment
from pipelines.quarantine.replay import Replayed

SHOWN = 10  # rows told one by one; the others are counted

NOTHING = (
    "Nothing to replay: no row in quarantine is repaired and waits, and the contracts judge as "
    "before. docs/quarantine.md tells how to repair rows."
)


def show(deployment: Deployment) -> None:
    """Put rows from quarantine back on their way, and say what came of it."""
    from pipelines.quarantine import replay

    done = replay.replay(deployment)
    for source, count in done.let_go.items():
        click.echo(
            f"{source}: {count:,} rows that were in quarantine go on now, each with its own batch."
        )
    if done.let_go:
        click.echo("Nights built before are of other code: `nocturne status` tells which.")
    _tell_repaired(done)
    if not (done.let_go or done.landed or done.overtaken):
        click.echo(NOTHING)


def _tell_repaired(done: Replayed) -> None:
    for landed in done.landed:
        click.echo(f"{landed.source}: repaired rows are {landed.sentence}")
        if again := done.broken_again.get(landed.batch_id or 0):
            click.echo(
                f"{again:,} of them are broken still and lie in quarantine again, under batch "
                f"{landed.batch_id}."
            )
    if done.landed:
        click.echo("The next night counts them; `nocturne status` tells which are outdated now.")
    for row in done.overtaken[:SHOWN]:
        click.echo(
            f"{row.source}, batch {row.batch_id}, row {row.row_no}: left, as its key came again in "
            f"batch {row.came_again_in}, which is newer than the repaired row."
        )
    if len(done.overtaken) > SHOWN:
        click.echo(f"And {len(done.overtaken) - SHOWN:,} more rows whose keys came again since.")


def accept(deployment: Deployment, batch_id: int) -> None:
    """Let a refused batch in, judge and stage it, and say what came of it."""
    from pipelines.checking import check
    from pipelines.quarantine import accept_batch as room
    from pipelines.staging import stage

    landed = room.accept(deployment, batch_id)
    click.echo(f"{landed.source}, {landed.file}: {landed.sentence}")
    check.judge_waiting(deployment)
    click.echo(f"{stage.stage(deployment):,} rows staged.")
