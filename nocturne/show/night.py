"""What `nocturne night` prints about the nights before it that it repaired."""

from datetime import date

from nocturne.show.console import narrow_console
from pipelines.attempts.claims import Claim
from pipelines.backfills import repair as repairing
from pipelines.deployment import Deployment


def repair(deployment: Deployment, claim: Claim, as_of: date, *, is_silent: bool = False) -> None:
    """Repair the nights before one that was just published, and say which."""
    said = repairing.repair(deployment, claim, as_of)
    if said and not is_silent:
        narrow_console().print(f"\n{said}")
