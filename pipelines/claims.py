"""Who may build: one attempt at a time per warehouse, claimed, swept when its builder died."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines import partitions, registry, versions, warehouse
from pipelines.deployment import Deployment
from pipelines.errors import NightTooStale, NothingThere, WarehouseBusy
from pipelines.locks import OPENING
from pipelines.night import Night
from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class Claim:
    """The name of a builder; `key` is an advisory lock it holds while it lives, None in Airflow."""

    name: str
    key: int | None = None


@contextmanager
def process_claim(warehouse_: Warehouse, name: str) -> Iterator[Claim]:
    """Claim as this process: when it dies, its lock is free and its attempts may be swept."""
    key = secrets.randbits(62)
    with warehouse_.lock(key, wait=True):
        yield Claim(f"{name} {key:x}", key)


def open_night(
    deployment: Deployment,
    claim: Claim,
    as_of: date,
    *,
    known_at: int | None = None,
    purpose: str = "night",
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
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(OPENING)))
        night_id = _own_attempt(deployment, connection, claim, (as_of, purpose))
        if night_id is None:
            night_id = _new_attempt(deployment, connection, claim, (as_of, known_at, purpose))
    return resume(deployment, night_id)


def resume(deployment: Deployment, night_id: int) -> Night:
    """Return the Night of an open attempt, as `open_night` fixed it."""
    with deployment.warehouse.begin() as connection:
        found = warehouse.rows(connection, "ops/night", night_id=night_id)
    if not found:
        raise NothingThere(f"there is no night {night_id}.")
    row = found[0]
    return Night(
        deployment=deployment,
        night_id=night_id,
        as_of=row["as_of"],
        known_at=row["known_at"],
        staging_version=row["staging_version"],
        claimant=row["claimant"],
        purpose=row["purpose"],
        models=row["models"],
        previous=row["previous"],
    )


def fail_night(deployment: Deployment, night_id: int, sentence: str) -> None:
    """Give an attempt up: its tables go, its row keeps the sentence. Harmless when it is ended."""
    with deployment.warehouse.begin() as connection:
        _end(deployment, connection, night_id, ("failed", sentence))


def release(deployment: Deployment, claimant: str, sentence: str) -> list[date]:
    """Give up what a claimant still builds; return the days. None when its nights are ended."""
    with deployment.warehouse.begin() as connection:
        building = warehouse.rows(connection, "ops/building_nights")
        held = [row for row in building if row["claimant"] == claimant]
        for row in held:
            _end(deployment, connection, row["night_id"], ("failed", sentence))
    return [row["as_of"] for row in held]


def drop_night(deployment: Deployment, night_id: int) -> None:
    """Drop an attempt that was never meant to be published."""
    with deployment.warehouse.begin() as connection:
        _end(deployment, connection, night_id, ("dropped", None))


def _end(
    deployment: Deployment,
    connection: Connection,
    night_id: int,
    ending: tuple[str, str | None],
) -> None:
    now = deployment.warehouse.clock()
    binds = {"night_id": night_id, "status": ending[0], "failure": ending[1], "now": now}
    if warehouse.run(connection, "ops/end_night", **binds).rowcount:
        for table in partitions.TABLES:
            partitions.drop_attempt_table(connection, table, night_id)


def _own_attempt(
    deployment: Deployment, connection: Connection, claim: Claim, wanted: tuple[date, str]
) -> int | None:
    """Return this claim's open attempt; sweep the dead; refuse while another builder lives."""
    mine = None
    for row in warehouse.rows(connection, "ops/building_nights"):
        if row["claimant"] == claim.name and (row["as_of"], row["purpose"]) == wanted:
            mine = row["night_id"]
        elif row["claimant"] != claim.name and _is_alive(deployment, connection, row):
            raise WarehouseBusy(
                f"{row['claimant']} has been building night {row['night_id']} ({row['as_of']}) "
                f"since {row['opened_at']:%Y-%m-%d %H:%M} UTC. Wait for it, then try again; "
                "`nocturne status` shows it."
            )
        else:
            _end(deployment, connection, row["night_id"], ("dropped", "its builder died."))
    return mine


def _is_alive(deployment: Deployment, connection: Connection, row: RowMapping) -> bool:
    """Return whether a claimant may still be at work."""
    if row["claim_key"] is not None:
        free = sa.select(sa.func.pg_try_advisory_xact_lock(row["claim_key"]))
        return not connection.execute(free).scalar()
    idle = deployment.warehouse.clock() - row["active_at"]
    return idle < timedelta(minutes=deployment.configuration.claim_idle_minutes)


def _new_attempt(
    deployment: Deployment,
    connection: Connection,
    claim: Claim,
    wanted: tuple[date, int | None, str],
) -> int:
    as_of, known_at, purpose = wanted
    made_by = versions.versions_of(deployment.configuration)
    if known_at is None:
        known_at = int(warehouse.value(connection, "ops/known_at", staging_version=made_by.staging))
    inputs = {"as_of": as_of, "known_at": known_at, **made_by.binds}
    if purpose != "train":
        _refuse_stale(deployment, connection, inputs)
    now = deployment.warehouse.clock()
    content = json.dumps(deployment.configuration.read_by_build, sort_keys=True)
    warehouse.run(
        connection, "ops/keep_configuration", hash=made_by.configuration, content=content, now=now
    )
    models = {} if purpose == "train" else registry.models_for(connection, as_of)
    row = {
        "purpose": purpose,
        "claimant": claim.name,
        "claim_key": claim.key,
        "previous": warehouse.value(connection, "ops/previous_night", **inputs),
        "models": json.dumps(models, sort_keys=True),
        "now": now,
    }
    return int(warehouse.value(connection, "ops/insert_night", **inputs, **row))


def _refuse_stale(
    deployment: Deployment, connection: Connection, inputs: dict[str, object]
) -> None:
    """Refuse a night into which no fresh order line has come."""
    as_of = inputs["as_of"]
    assert isinstance(as_of, date)
    days = deployment.configuration.freshness_days
    newest = warehouse.value(connection, "ops/fresh_line", **inputs)
    if newest is None or newest <= as_of - timedelta(days=days):
        seen = f"the newest is of {newest}" if newest else "there is none at all"
        raise NightTooStale(
            f"order_lines: no line is dated in the {days} days up to {as_of}; {seen}. The last "
            "good night stays published. Deliver the missing files and run the night again, or "
            "raise freshness_days in settings.yml."
        )
