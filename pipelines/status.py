"""How things stand: nights published, missing, other code, outdated, failed, late; sources."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines import versions, warehouse
from pipelines.configuration import Configuration
from pipelines.deployment import Deployment


@dataclass(frozen=True)
class Status:
    """Everything `nocturne status` shows."""

    published: list[RowMapping]
    missing: list[date]
    other_code: list[date]
    outdated: list[RowMapping]
    failed: list[RowMapping]
    building: list[RowMapping]
    sources: list[RowMapping]
    deliveries: list[RowMapping]
    expected: date | None
    late: bool


def read(deployment: Deployment) -> Status:
    """Return how things stand now."""
    configuration = deployment.configuration
    made_by = versions.versions_of(configuration)
    with deployment.warehouse.begin() as connection:
        published = warehouse.rows(connection, "ops/published_nights")
        days = [row["as_of"] for row in published]
        expected = expected_night(configuration, deployment)
        return Status(
            published=published,
            missing=_missing(days),
            other_code=[row["as_of"] for row in published if _is_other(row, made_by.binds)],
            outdated=outdated(connection, published, made_by.staging),
            failed=warehouse.rows(connection, "ops/failed_nights"),
            building=warehouse.rows(connection, "ops/building_nights"),
            sources=warehouse.rows(
                connection, "ops/source_balance", staging_version=made_by.staging
            ),
            deliveries=warehouse.rows(connection, "ops/delivery_lag"),
            expected=expected,
            late=expected is not None and (not days or days[-1] < expected),
        )


def expected_night(configuration: Configuration, deployment: Deployment) -> date | None:
    """Return the newest night that should be published by now; None before the schedule starts.

    A night D is due `deadline_minutes` after D has ended in the business time zone.
    """
    now = deployment.warehouse.clock().astimezone(configuration.zone)
    due = (now - timedelta(minutes=configuration.deadline_minutes)).date() - timedelta(days=1)
    if configuration.schedule_end is not None:
        due = min(due, configuration.schedule_end)
    start = configuration.schedule_start
    return None if start is not None and due < start else due


def outdated(
    connection: Connection, published: list[RowMapping], staging_version: str
) -> list[RowMapping]:
    """Return the published nights that rows received since then would change."""
    if not published:
        return []
    newest = warehouse.value(connection, "ops/known_at", staging_version=staging_version)
    oldest = min(row["known_at"] for row in published)
    binds: dict[str, Any] = {"newest_batch": newest, "oldest_known_at": oldest}
    return warehouse.rows(connection, "ops/outdated", staging_version=staging_version, **binds)


def _missing(days: list[date]) -> list[date]:
    if not days:
        return []
    between = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days))
    return [day for day in between if day not in set(days)]


def _is_other(row: RowMapping, made_by: dict[str, str]) -> bool:
    return any(row[column] != value for column, value in made_by.items())
