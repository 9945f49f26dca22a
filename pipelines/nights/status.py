"""Report all nights: published, missing, stale, other code, outdated, failed, late."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts import recorded, serving_models
from pipelines.checking.fates import Fates
from pipelines.configuration.model import Configuration
from pipelines.deployment import Deployment
from pipelines.errors import NothingThere
from pipelines.staging import restaging as staging_restaging
from pipelines.warehouse import locks, statements


@dataclass(frozen=True)
class Status:
    """Everything `nocturne status` shows.

    `stale` says per night which of its models are gone from the home; `other_code` which of its
    three versions are others today; `left_behind` the attempts whose builders are gone;
    `restaging` what is not staged in today's way yet, and so may make nights outdated without
    being told.
    """

    published: list[RowMapping]
    missing: list[date]
    stale: dict[date, list[str]]
    other_code: dict[date, list[str]]
    outdated: list[RowMapping]
    restaging: str | None
    failed: list[RowMapping]
    building: list[RowMapping]
    left_behind: set[int]
    unfinished: list[RowMapping]
    sources: list[RowMapping]
    fates: dict[str, Fates]
    refused: list[RowMapping]
    deliveries: list[RowMapping]
    expected: date | None
    late: bool


def read_status(deployment: Deployment) -> Status:
    """Return how things stand now."""
    configuration = deployment.configuration
    made_by = deployment.versions
    left_behind = _left_behind(deployment)
    with deployment.warehouse.begin() as connection:
        published = recorded.published_nights(connection)
        days = [row["as_of"] for row in published]
        expected = expected_night(configuration, deployment)
        return Status(
            published=published,
            missing=_missing(days),
            stale=stale(deployment, published),
            other_code=_other_code(published, made_by.binds),
            outdated=outdated(connection, published, made_by.staging),
            restaging=staging_restaging.announce(deployment),
            failed=statements.rows(connection, "nights/failed_nights"),
            building=statements.rows(connection, "warehouse/building_nights"),
            left_behind=left_behind,
            unfinished=statements.rows(connection, "nights/unfinished_backfill", by_itself=False),
            sources=statements.rows(
                connection, "nights/source_balance", staging_version=made_by.staging
            ),
            fates=fates_of_sources(connection, made_by.staging),
            refused=statements.rows(
                connection, "nights/refused_batches", staging_version=made_by.staging
            ),
            deliveries=statements.rows(connection, "nights/delivery_lag"),
            expected=expected,
            late=expected is not None and (not days or days[-1] < expected),
        )


def fates_of_sources(connection: Connection, staging_version: str) -> dict[str, Fates]:
    """Return per source what became of its rows; those of batches not staged yet wait."""
    found: dict[str, Fates] = {}
    for row in statements.rows(connection, "nights/source_fates", staging_version=staging_version):
        found.setdefault(row["source"], Fates())[row["fate"]] = row["row_count"]
    return found


def _left_behind(deployment: Deployment) -> set[int]:
    """Return the open attempts whose builders are gone; asking takes their claims for a moment."""
    now = deployment.warehouse.clock()
    with deployment.warehouse.begin() as connection:
        building = statements.rows(connection, "warehouse/building_nights")
        return {
            row["night_id"]
            for row in building
            if not locks.is_alive(connection, row, now, deployment.configuration.claim_idle)
        }


def expected_night(configuration: Configuration, deployment: Deployment) -> date | None:
    """Return the newest night that should be published by now; None outside any schedule.

    A night D is due `deadline_minutes` after D has ended in the business time zone.
    """
    if configuration.schedule_start is configuration.schedule_end is None:
        return None
    now = deployment.warehouse.clock().astimezone(configuration.zone)
    due = (now - timedelta(minutes=configuration.deadline_minutes)).date() - timedelta(days=1)
    if configuration.schedule_end is not None:
        due = min(due, configuration.schedule_end)
    start = configuration.schedule_start
    return None if start is not None and due < start else due


def stale(deployment: Deployment, published: list[RowMapping]) -> dict[date, list[str]]:
    """Return the nights that cannot be built again as they were: models whose bytes are gone."""
    served = {model_id for row in published for model_id in row["models"].values()}
    gone = {model_id for model_id in served if not _has_bytes(deployment, model_id)}
    nights = {row["as_of"]: sorted(gone & set(row["models"].values())) for row in published}
    return {as_of: models for as_of, models in nights.items() if models}


def _has_bytes(deployment: Deployment, model_id: str) -> bool:
    try:
        serving_models.read_bytes(deployment.models, model_id)
    except NothingThere:
        return False
    return True


def outdated(
    connection: Connection, published: list[RowMapping], staging_version: str
) -> list[RowMapping]:
    """Return those of some published nights that rows received since may change, and for how many.

    Rows not staged in today's way are not seen; `restaging` tells of them.
    """
    whole = [row for row in published if row["retired_at"] is None]
    if not whole:
        return []
    newest = recorded.newest_known_at(connection, staging_version)
    binds: dict[str, Any] = {
        "night_ids": [row["night_id"] for row in whole],
        "oldest_known_at": min(row["known_at"] for row in whole),
        "newest_batch": newest,
        "staging_version": staging_version,
    }
    with statements.view(connection, "counted", "nights/night_counts", **binds):
        return statements.rows(connection, "nights/outdated", **binds)


def _missing(days: list[date]) -> list[date]:
    if not days:
        return []
    between = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days))
    return [day for day in between if day not in set(days)]


def _other_code(published: list[RowMapping], made_by: dict[str, str]) -> dict[date, list[str]]:
    nights = {
        row["as_of"]: [name for name, value in made_by.items() if row[name] != value]
        for row in published
    }
    return {as_of: names for as_of, names in nights.items() if names}
