"""What `nocturne backfill` prints."""

from datetime import date

from nocturne.progress import nights
from nocturne.show.console import narrow_console
from pipelines.attempts import claims
from pipelines.backfills import backfill
from pipelines.backfills.backfill import BackfillRequest
from pipelines.delivery import export
from pipelines.deployment import Deployment
from pipelines.retention import retire


def show(deployment: Deployment, request: BackfillRequest) -> int:
    """Carry out a backfill and say what came of it; return the exit code."""
    span = request.span
    with (
        claims.process_claim(deployment.warehouse, "nocturne backfill") as claim,
        nights(f"backfill of {span.first} to {span.last}", span) as listener,
    ):
        result = backfill.backfill(deployment, claim, request, listener)
    retire.retire(deployment)
    console = narrow_console()
    console.print(
        f"Backfill {result.backfill_id}: {len(result.built)} nights are built and published, "
        f"known at batch {result.known_at}."
    )
    if result.stood:
        console.print(f"They stood already, and were left: {_days(result.stood)}.")
    for day, sentence in result.refused.items():
        console.print(f"Not built, {day}: {sentence}")
    if result.built and export.newest_night(deployment)["as_of"] in result.built:
        console.print("The newest night is among them: `nocturne export` delivers it.")
    return 1 if result.refused else 0


def abandon(deployment: Deployment) -> None:
    """Give up the unfinished backfill and say so."""
    given_up = backfill.abandon(deployment)
    said = f"Given up: backfill {', '.join(map(str, given_up))}; what it published stays."
    narrow_console().print(said if given_up else "No backfill is unfinished.")


def _days(days: list[date]) -> str:
    return ", ".join(map(str, days))
