"""Claims on attempts: one builder at a time per warehouse; attempts of dead builders are swept."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts import freshness, recorded, serving_models
from pipelines.attempts.night import Night, Previous
from pipelines.deployment import Deployment
from pipelines.errors import NightTooStale, WarehouseBusy
from pipelines.warehouse import attempt_tables, locks, statements
from pipelines.warehouse.connection import Warehouse


@dataclass(frozen=True)
class Claim:
    """The name of a builder; `key` is an advisory lock it holds while it lives, None in Airflow."""

    name: str
    key: int | None = None


class Ending(NamedTuple):
    """How an attempt or a backfill has ended: the state its row is left in, and why."""

    state: str
    reason: str | None = None


@dataclass(frozen=True)
class AttemptRequest:
    """The attempt to build.

    `in_full` computes everybody, whatever an earlier night could lend; `models` (ids by kind)
    serve instead of those of the day; `known_at` None is all that is staged; `previous` is the
    night to copy from if not the newest published, `staging_version` the rows if not today's.
    """

    as_of: date
    known_at: int | None = None
    purpose: str = "night"
    in_full: bool = False
    models: dict[str, str] | None = None
    previous: int | None = None
    staging_version: str | None = None


@contextmanager
def process_claim(warehouse_: Warehouse, name: str) -> Iterator[Claim]:
    """Claim as this process: when it dies, its lock is free and its attempts may be swept."""
    key = secrets.randbits(62)
    with warehouse_.lock(key, wait=True):
        yield Claim(f"{name} {key:x}", key)


def open_night(
    deployment: Deployment,
    claim: Claim,
    request: AttemptRequest,
) -> Night:
    """Claim an attempt and fix what it knows; the same claim asking again gets the same attempt.

    Raises
    ------
    WarehouseBusy
        While somebody else builds.
    NightTooStale
        If no order line is dated in the last `freshness_days` days.
    """
    with deployment.warehouse.begin() as connection:
        locks.take(connection, locks.OPENING)
        night_id = _own_attempt(deployment, connection, claim, request)
        if night_id is None:
            night_id = _new_attempt(deployment, connection, claim, request)
    tonight = resume(deployment, night_id)
    if request.purpose != "train":
        _refuse_stale(tonight)
    return tonight


def _refuse_stale(tonight: Night) -> None:
    """Refuse a night without fresh order lines; its row keeps the reason."""
    try:
        with tonight.deployment.warehouse.begin() as connection:
            freshness.refuse_stale(tonight.deployment, connection, tonight.as_of, tonight.binds)
    except NightTooStale as error:
        fail_night(tonight.deployment, tonight.night_id, str(error))
        raise


def refuse_night(deployment: Deployment, claim: Claim, as_of: date, sentence: str) -> None:
    """Write down that a night was refused before it was opened, and why."""
    with deployment.warehouse.begin() as connection:
        locks.take(connection, locks.OPENING)
        night_id = _new_attempt(deployment, connection, claim, AttemptRequest(as_of))
        _end(deployment, connection, night_id, Ending("failed", sentence))


def resume(deployment: Deployment, night_id: int) -> Night:
    """Return the Night of an open attempt, as `open_night` fixed it."""
    with deployment.warehouse.begin() as connection:
        row = recorded.night_of(connection, night_id)
    return Night(
        deployment=deployment,
        night_id=night_id,
        as_of=row["as_of"],
        known_at=row["known_at"],
        staging_version=row["staging_version"],
        claimant=row["claimant"],
        purpose=row["purpose"],
        models=row["models"],
        previous=_previous(row),
    )


def _previous(row: RowMapping) -> Previous | None:
    if row["previous"] is None:
        return None
    figures = dict(row["previous_figures"])
    return Previous(row["previous"], row["previous_as_of"], row["previous_known_at"], figures)


def fail_night(deployment: Deployment, night_id: int, sentence: str) -> None:
    """Give an attempt up: its tables go, its row keeps the sentence. Harmless when it is ended."""
    with deployment.warehouse.begin() as connection:
        _end(deployment, connection, night_id, Ending("failed", sentence))


def release(deployment: Deployment, claimant: str, sentence: str) -> list[date]:
    """Give up what a claimant still builds; return the days. None when its nights are ended."""
    with deployment.warehouse.begin() as connection:
        held = _held(connection, claimant)
        for row in held:
            _end(deployment, connection, row["night_id"], Ending("failed", sentence))
    return [row["as_of"] for row in held]


def keep_night(deployment: Deployment, tonight: Night) -> None:
    """Keep a finished attempt unpublished, for the next to copy from; drop the one kept before.

    It goes when its builder ends: by `drop_kept`, or swept by the next builder.
    """
    with deployment.warehouse.begin() as connection:
        for row in _held(connection, tonight.claimant):
            if row["status"] == "built":
                _end(deployment, connection, row["night_id"], Ending("dropped"))
        statements.run(connection, "attempts/keep_night", night_id=tonight.night_id)


def drop_kept(deployment: Deployment, claim: Claim) -> None:
    """Drop whatever a claim still holds: what it kept, and what it was building."""
    with deployment.warehouse.begin() as connection:
        for row in _held(connection, claim.name):
            _end(deployment, connection, row["night_id"], Ending("dropped"))


def _held(connection: Connection, claimant: str) -> list[RowMapping]:
    building = statements.rows(connection, "warehouse/building_nights")
    return [row for row in building if row["claimant"] == claimant]


def drop_night(deployment: Deployment, night_id: int) -> None:
    """Drop an attempt that was never meant to be published."""
    with deployment.warehouse.begin() as connection:
        _end(deployment, connection, night_id, Ending("dropped"))


def _end(deployment: Deployment, connection: Connection, night_id: int, ending: Ending) -> None:
    now = deployment.warehouse.clock()
    binds = {"night_id": night_id, "status": ending.state, "failure": ending.reason, "now": now}
    if statements.run(connection, "attempts/end_night", **binds).rowcount:
        for table in (*attempt_tables.TABLES, *attempt_tables.ASIDE):
            attempt_tables.drop_attempt_table(connection, table, night_id)


def _own_attempt(
    deployment: Deployment, connection: Connection, claim: Claim, request: AttemptRequest
) -> int | None:
    """Return this claim's open attempt; sweep the dead; refuse while another builder lives."""
    mine = None
    for row in statements.rows(connection, "warehouse/building_nights"):
        if row["claimant"] != claim.name and _is_alive(deployment, connection, row):
            raise WarehouseBusy(
                f"{row['claimant']} has been building night {row['night_id']} ({row['as_of']}) "
                f"since {row['opened_at']:%Y-%m-%d %H:%M} UTC. Wait for it, then try again; "
                "`nocturne status` shows it."
            )
        if row["claimant"] == claim.name and _is_requested(row, request):
            mine = row["night_id"]
        elif row["claimant"] != claim.name or row["status"] != "built":
            _end(deployment, connection, row["night_id"], Ending("dropped", "its builder died."))
    return mine


def _is_requested(row: RowMapping, request: AttemptRequest) -> bool:
    """Return whether an open attempt is the one requested; what is left open matches any."""
    return (
        row["status"] == "building"
        and (row["as_of"], row["purpose"]) == (request.as_of, request.purpose)
        and request.known_at in (None, row["known_at"])
        and request.models in (None, row["models"])
    )


def _is_alive(deployment: Deployment, connection: Connection, row: RowMapping) -> bool:
    idle = deployment.configuration.claim_idle
    return locks.is_alive(connection, row, deployment.warehouse.clock(), idle)


def _new_attempt(
    deployment: Deployment, connection: Connection, claim: Claim, request: AttemptRequest
) -> int:
    as_of, known_at, purpose = request.as_of, request.known_at, request.purpose
    made_by = deployment.versions
    staging = request.staging_version or made_by.staging
    if known_at is None:
        known_at = recorded.newest_known_at(connection, staging)
    inputs = {"as_of": as_of, "known_at": known_at, **made_by.binds, "staging_version": staging}
    now = deployment.warehouse.clock()
    recorded.keep_configuration(connection, deployment.configuration, now)
    previous = request.previous
    if previous is None and not request.in_full:
        previous = statements.value(connection, "attempts/previous_night", **inputs)
    models = {} if purpose == "train" and request.models is None else request.models
    if models is None:
        as_recorded = request.known_at is not None
        models = serving_models.models_for(connection, as_of, as_recorded=as_recorded)
    row = {
        "purpose": purpose,
        "claimant": claim.name,
        "claim_key": claim.key,
        "previous": previous,
        "models": json.dumps(models, sort_keys=True),
        "notes": json.dumps(serving_models.younger_than(connection, as_of, models)),
        "now": now,
    }
    return int(statements.value(connection, "attempts/insert_night", **inputs, **row))
