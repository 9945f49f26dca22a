"""Rebuild the last nights when rows that arrived later touch too many of their people.

Called after a night is published and exported. Nights of other code or settings are left alone:
what a setting changes in the past is decided by hand. So are gaps, older nights and stale ones.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts import recorded, serving_models
from pipelines.attempts.claims import Claim, Ending
from pipelines.backfills import run
from pipelines.backfills.date_range import KEPT
from pipelines.deployment import Deployment
from pipelines.errors import RepairFailed, UnrecoverableError, WarehouseBusy, in_a_sentence
from pipelines.nights import status
from pipelines.progress import NightListener, silent
from pipelines.warehouse import locks, statements

REASON = "outdated"


def repair(
    deployment: Deployment, claim: Claim, as_of: date, listener: NightListener = silent
) -> str | None:
    """Repair what the newest night's data outdates; return in a sentence what came of it.

    None if there was nothing to do. What cannot be built is gone past. Whatever happens, the night
    `as_of` itself stays published.

    Raises
    ------
    RepairFailed
        If a night could not be built.
    """
    row = _begin(deployment, claim, as_of)
    if row is None:
        return None
    days = ", ".join(sorted(row["models"]))
    try:
        begun = replace(run.run_of(row), goes_past=UnrecoverableError)
        result = run.build_nights(deployment, claim, begun, listener)
    except WarehouseBusy as error:
        _end(deployment, row, "abandoned", error)
        return f"Not repaired: {days}; the next night tries again. {error}"
    except Exception as error:
        _end(deployment, row, "failed", error)
        raise _failed(as_of, days, in_a_sentence(error)) from error
    if result.refused:
        left = ", ".join(map(str, result.refused))
        raise _failed(as_of, left, run.in_words(result.refused))
    return f"Outdated, and built anew with what is known now: {days}."


def _failed(as_of: date, days: str, why: str) -> RepairFailed:
    return RepairFailed(
        f"the night of {as_of} is published, but {days} could not be repaired: {why} What was "
        "published stays; the next night tries again."
    )


def outdated_nights(deployment: Deployment, connection: Connection, as_of: date) -> list[date]:
    """Return which of the last nights before the newest are to be repaired, oldest first."""
    settings = deployment.configuration
    made_by = deployment.versions.binds
    published = recorded.published_nights(connection)
    if not settings.repair_nights or not published or published[-1]["as_of"] != as_of:
        return []
    last = published[:-1][-settings.repair_nights :]
    stale = status.stale(deployment, last)
    people = {
        row["as_of"]: row["row_counts"]["customer_features"]
        for row in last
        if row["as_of"] not in stale and all(row[name] == value for name, value in made_by.items())
    }
    late = status.outdated(connection, last, made_by["staging_version"])
    limit = settings.repair_outdated_share
    return [
        row["as_of"]
        for row in late
        if row["as_of"] in people and row["people_at_most"] > limit * people[row["as_of"]]
    ]


def _begin(deployment: Deployment, claim: Claim, as_of: date) -> RowMapping | None:
    with deployment.warehouse.begin() as connection:
        locks.take(connection, locks.OPENING)
        for left in statements.rows(connection, "nights/unfinished_backfill", by_itself=True):
            died = Ending("abandoned", "its builder died; the next night looked anew.")
            run.end(deployment, connection, left["backfill_id"], died)
        days = outdated_nights(deployment, connection, as_of)
        if not days:
            return None
        row = {
            "reason": REASON,
            "by_itself": True,
            "from_as_of": days[0],
            "to_as_of": days[-1],
            "known_at": recorded.newest_known_at(connection, deployment.versions.staging),
            "models_mode": KEPT,
            "models": {day: serving_models.models_for(connection, day) for day in days},
        }
        return run.insert(deployment, connection, claim, row)


def _end(deployment: Deployment, row: RowMapping, state: str, error: Exception) -> None:
    with deployment.warehouse.begin() as connection:
        run.end(deployment, connection, row["backfill_id"], Ending(state, in_a_sentence(error)))
