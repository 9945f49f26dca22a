"""Build and publish a range of nights anew, all from what one landing number knew.

Nothing is exported, and what is current stays as it is unless the newest night is in the range. A
backfill that was killed stands as `running` in ops.backfills; asked again it goes on at its own
known_at, with the models it began with.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts import freshness, recorded
from pipelines.attempts.claims import Claim, Ending
from pipelines.backfills import run
from pipelines.backfills.date_range import KEPT, PLANNED, DateRange, by_day, models_of
from pipelines.backfills.run import BackfillResult
from pipelines.deployment import Deployment
from pipelines.errors import BackfillRefused, NothingThere, WarehouseBusy
from pipelines.nights import runner
from pipelines.progress import NightListener, silent
from pipelines.warehouse import locks, statements


@dataclass(frozen=True)
class BackfillRequest:
    """The nights to build anew, and how."""

    span: DateRange
    plan_id: int | None = None
    models_mode: str = KEPT
    reason: str | None = None

    @property
    def command(self) -> str:
        """How it is typed."""
        plan = f" --plan {self.plan_id}" if self.plan_id is not None else ""
        models = f" --models {self.models_mode}" if self.models_mode not in (KEPT, PLANNED) else ""
        return f"`nocturne backfill --from {self.span.first} --to {self.span.last}{plan}{models}`"


def backfill(
    deployment: Deployment, claim: Claim, request: BackfillRequest, listener: NightListener = silent
) -> BackfillResult:
    """Build and publish every night asked for; go on where the same call was killed.

    A night refused as too stale is told in the result, and the others are built.

    Raises
    ------
    NothingThere
        If a day of the range has not ended.
    BackfillRefused
        If another one is not finished, or the plan does not hold any more.
    WarehouseBusy
        While somebody else builds.
    """
    freshness.refuse_unended(deployment, request.span.last)
    plan = None
    if request.plan_id is not None:
        plan = _plan(deployment, request)  # refused before anything is staged
    runner.stage_anew(deployment)
    with _opening(deployment) as connection:
        begun = _go_on(deployment, connection, claim, request)
        if begun is None:
            if plan:
                _refuse_moved(connection, plan)
            row = _row(deployment, connection, request, plan)
            begun = run.insert(deployment, connection, claim, row)
    hashes = by_day(plan["content_hashes"]) if plan else None
    return run.build_nights(deployment, claim, run.run_of(begun, hashes), listener)


def abandon(deployment: Deployment) -> list[int]:
    """Give up what was begun by hand and is not finished; the nights it published stay.

    Raises
    ------
    WarehouseBusy
        While somebody is at it.
    """
    with _opening(deployment) as connection:
        unfinished = _unfinished(connection)
        for row in unfinished:
            _refuse_living(connection, row, None)
            why = Ending("abandoned", "given up by hand.")
            run.end(deployment, connection, row["backfill_id"], why)
    return [row["backfill_id"] for row in unfinished]


def _plan(deployment: Deployment, request: BackfillRequest) -> RowMapping:
    """Return the plan asked for.

    Raises
    ------
    NothingThere
        If there is none of that number.
    BackfillRefused
        If it is of other nights, or code, settings or staging have changed since.
    """
    with deployment.warehouse.begin() as connection:
        found = statements.rows(connection, "backfills/plan", plan_id=request.plan_id)
    if not found:
        raise NothingThere(f"there is no plan {request.plan_id}: `nocturne plan` makes one.")
    plan = found[0]
    if request.models_mode != KEPT:
        raise BackfillRefused(
            f"plan {request.plan_id} says which models serve: leave --models out."
        )
    if (plan["from_as_of"], plan["to_as_of"]) != (request.span.first, request.span.last):
        raise BackfillRefused(
            f"plan {request.plan_id} is of {plan['from_as_of']} to {plan['to_as_of']}, not of "
            f"{request.span.first} to {request.span.last}."
        )
    _refuse_other_versions(
        deployment, plan, f"plan {request.plan_id} was made", "`nocturne plan` makes a new one"
    )
    return plan


def _refuse_other_versions(deployment: Deployment, row: RowMapping, what: str, advice: str) -> None:
    """Refuse to go by what was made with other code, settings or staging than today's."""
    now = deployment.versions.binds
    other = [name for name, value in now.items() if row[name] != value]
    if "build_code" in other:
        raise BackfillRefused(f"{what} with other code than today's; {advice}.")
    if other:
        raise BackfillRefused(
            f"{what} with other settings than those in use ({', '.join(other)}): put its settings "
            f"in place first. Or {advice}."
        )


def _go_on(
    deployment: Deployment, connection: Connection, claim: Claim, request: BackfillRequest
) -> RowMapping | None:
    """Return the unfinished backfill, taken over, if it is the one asked for; None without one."""
    for row in _unfinished(connection):
        _refuse_living(connection, row, claim)
        begun = BackfillRequest(
            DateRange(row["from_as_of"], row["to_as_of"]), row["plan_id"], row["models_mode"]
        )
        if begun.command != request.command:
            raise BackfillRefused(
                f"backfill {row['backfill_id']} of {begun.span.first} to {begun.span.last} is not "
                f"finished ({len(row['nights_done'])} of {len(row['models'])} nights). "
                f"{begun.command} goes on with it, `nocturne backfill --abandon` gives it up."
            )
        what = f"backfill {row['backfill_id']} was begun"
        advice = "`nocturne backfill --abandon` gives it up"
        _refuse_other_versions(deployment, row, what, advice)
        taken = {"claimant": claim.name, "claim_key": claim.key}
        statements.run(connection, "backfills/taken", backfill_id=row["backfill_id"], **taken)
        return row
    return None


def _row(
    deployment: Deployment,
    connection: Connection,
    request: BackfillRequest,
    plan: RowMapping | None,
) -> dict[str, Any]:
    """Return what a new backfill is: by its plan, or by what is known and serves now."""
    begun = {
        "reason": request.reason,
        "by_itself": False,
        "from_as_of": request.span.first,
        "to_as_of": request.span.last,
        "plan_id": request.plan_id,
    }
    if plan:
        models = by_day(plan["models"])
        return {**begun, "models_mode": PLANNED, "known_at": plan["known_at"], "models": models}
    return {
        **begun,
        "models_mode": request.models_mode,
        "known_at": recorded.newest_known_at(connection, deployment.versions.staging),
        "models": models_of(connection, request.span, request.models_mode),
    }


def _refuse_moved(connection: Connection, plan: RowMapping) -> None:
    """Refuse a plan whose nights have been published anew since it looked at them."""
    for night in plan["found"]:
        day = date.fromisoformat(night["as_of"])
        stands = recorded.published_on(connection, day)
        if (stands["night_id"] if stands else None) != night["night_id"]:
            raise BackfillRefused(
                f"the night of {day} was published anew since plan {plan['plan_id']}, which says "
                "what would change in the one before: make a new plan."
            )


def _unfinished(connection: Connection) -> list[RowMapping]:
    return statements.rows(connection, "nights/unfinished_backfill", by_itself=False)


def _refuse_living(connection: Connection, row: RowMapping, claim: Claim | None) -> None:
    """Refuse to touch a backfill whose process lives."""
    free = sa.select(sa.func.pg_try_advisory_xact_lock(row["claim_key"]))
    mine = claim is not None and row["claimant"] == claim.name
    if not mine and not connection.execute(free).scalar():
        raise WarehouseBusy(
            f"{row['claimant']} is at backfill {row['backfill_id']} of {row['from_as_of']} to "
            f"{row['to_as_of']} since {row['started_at']:%Y-%m-%d %H:%M} UTC. Wait for it."
        )


@contextmanager
def _opening(deployment: Deployment) -> Iterator[Connection]:
    """Open a transaction in which nobody else begins anything."""
    with deployment.warehouse.begin() as connection:
        locks.take(connection, locks.OPENING)
        yield connection
