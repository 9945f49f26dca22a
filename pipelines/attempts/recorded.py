"""Recorded nights: their rows in ops.nights, those that stand as published, the newest landing."""

import json
from datetime import date, datetime

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.configuration.model import Configuration
from pipelines.errors import NothingThere
from pipelines.warehouse import statements


def night_of(connection: Connection, night_id: int) -> RowMapping:
    """Return the row of a night, published or not.

    Raises
    ------
    NothingThere
        If there is no such night.
    """
    found = statements.rows(connection, "attempts/night", night_id=night_id)
    if not found:
        raise NothingThere(f"there is no night {night_id}.")
    return found[0]


def published_on(connection: Connection, day: date) -> RowMapping | None:
    """Return the night that stands for a day, None where none does."""
    return next(iter(statements.rows(connection, "attempts/published_night", as_of=day)), None)


def published_nights(connection: Connection) -> list[RowMapping]:
    """Return the nights that stand, oldest first."""
    return statements.rows(connection, "attempts/published_nights")


def newest_known_at(connection: Connection, staging_version: str) -> int:
    """Return the highest landing number that is staged in a version."""
    return int(statements.value(connection, "attempts/known_at", staging_version=staging_version))


def keep_configuration(connection: Connection, configuration: Configuration, now: datetime) -> None:
    """Keep the settings that a build reads, once, under their hash."""
    content = json.dumps(configuration.read_by_build, sort_keys=True)
    binds = {"hash": configuration.build_configuration, "content": content, "now": now}
    statements.run(connection, "attempts/keep_configuration", **binds)
