"""Refusals that no rule made: batches that brought out a fault of ours, and those behind them."""

from collections.abc import Sequence

import sqlalchemy as sa

from pipelines import faults
from pipelines.checking import fates
from pipelines.deployment import Deployment
from pipelines.errors import BatchRefused
from pipelines.warehouse import statements

SHOWN = 5  # batches in the sentence that stops a night


def refuse(deployment: Deployment, batches: Sequence[sa.RowMapping], error: Exception) -> None:
    """Refuse the first of some batches of a source for a fault, the others as they follow it.

    They are landed anew with the next landing, in their order, so that what came later stands; the
    one with the fault once, as a second time would find it again.
    """
    first, *behind = batches
    place = f"{first['source']}, {first['file']} (batch {first['batch_id']})"
    _refuse(deployment, first, faults.report(deployment, error, place), is_behind=False)
    for batch in behind:
        reason = (
            f"{batch['source']}, {batch['file']}: it came after batch {first['batch_id']}, which "
            "is refused, and is landed anew behind it with the next landing."
        )
        _refuse(deployment, batch, reason, is_behind=True)


def _refuse(deployment: Deployment, batch: sa.RowMapping, reason: str, *, is_behind: bool) -> None:
    version = deployment.versions.staging
    binds = {"staging_version": version, "batch_id": batch["batch_id"]}
    with deployment.warehouse.begin() as connection:
        statements.run(connection, "checking/forget_quarantined", **binds)
        statements.run(
            connection, "checking/refuse_batch", **binds, reason=reason, is_behind=is_behind
        )
        fates.prove_refused(connection, version, batch["batch_id"])


def stop_if_refused(deployment: Deployment) -> None:
    """Stop a night that is to stop for refused batches, while one stands.

    Raises
    ------
    BatchRefused
        If settings.yml says so and one is newer than what is published or is to land anew, and no
        readable file of its name has come after it.
    """
    if deployment.configuration.night_on_refused != "stop":
        return
    with deployment.warehouse.begin() as connection:
        standing = statements.rows(
            connection,
            "checking/standing_refusals",
            staging_version=deployment.versions.staging,
        )
    if standing:
        named = standing[:SHOWN]
        reasons = " ".join(f"batch {row['batch_id']} is refused: {row['reason']}" for row in named)
        others = len(standing) - len(named)
        more = f" So are {others:,} more, which `nocturne status` lists." if others else ""
        raise BatchRefused(
            f"{reasons}{more} The last good night stays published. Have the file sent again under "
            "its name, or after mending sources.yml land it with `nocturne land --again FILE`; to "
            "go on without it, set `night_on_refused: go_on` in settings.yml."
        )
