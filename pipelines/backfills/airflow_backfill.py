"""Record a backfill that Airflow drives, night by night, in ops.backfills.

It begins when the first of its nights asks to be opened. When it has ended its walker tells, who
alone knows which nights are still to come.
"""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts import recorded, serving_models
from pipelines.attempts.claims import Claim, Ending
from pipelines.backfills import run
from pipelines.backfills.date_range import KEPT, by_day
from pipelines.deployment import Deployment
from pipelines.warehouse import locks, statements


@dataclass(frozen=True)
class JoinedNight:
    """A night of a walker's backfill; `known_at` None is all that is staged."""

    as_of: date
    known_at: int | None
    reason: str | None


def join(deployment: Deployment, walker: str, night: JoinedNight) -> None:
    """Write down that a night belongs to the walker's backfill; harmless when repeated."""
    day = night.as_of
    with deployment.warehouse.begin() as connection:
        locks.take(connection, locks.OPENING)
        known_at = night.known_at or recorded.newest_known_at(
            connection, deployment.versions.staging
        )
        models = {day: serving_models.models_for(connection, day)}
        if _begun(connection, walker) is None:
            row = {
                "reason": night.reason,
                "by_itself": False,
                "from_as_of": day,
                "to_as_of": day,
                "known_at": known_at,
                "models_mode": KEPT,
                "models": models,
            }
            run.insert(deployment, connection, Claim(walker), row)
        else:
            of_day = json.dumps({str(day): models[day]})
            binds = {"claimant": walker, "as_of": day, "known_at": known_at, "models": of_day}
            statements.run(connection, "backfills/walked_on", **binds)


def is_under_way(deployment: Deployment, walker: str) -> bool:
    """Count what is built of the walker's backfill; return whether there is one."""
    with deployment.warehouse.begin() as connection:
        statements.run(connection, "backfills/walked_count", claimant=walker)
        return _begun(connection, walker) is not None


def end(deployment: Deployment, walker: str) -> None:
    """Write down that the walker's backfill is over: done, or failed if a night is not built."""
    with deployment.warehouse.begin() as connection:
        begun = _begun(connection, walker)
        if begun is None:
            return
        left = [str(day) for day in by_day(begun["models"]) if day not in begun["nights_done"]]
        reason = f"not built: {', '.join(left)}." if left else None
        ending = Ending("failed" if left else "done", reason)
        run.end(deployment, connection, begun["backfill_id"], ending)


def _begun(connection: Connection, walker: str) -> RowMapping | None:
    found = statements.rows(connection, "backfills/walked", claimant=walker)
    return found[0] if found else None
