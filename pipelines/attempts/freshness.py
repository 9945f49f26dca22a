"""Refuse a night whose day has not ended, or whose newest data is too old.

Publishing without fresh data would only age what is known. A source may be held to an age of its
own.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection

from expectations import sources
from pipelines.configuration.model import Source
from pipelines.contracts.validate import Finding
from pipelines.deployment import Deployment
from pipelines.errors import NightTooStale, NothingThere
from pipelines.warehouse import statements


def refuse_unended(deployment: Deployment, as_of: date) -> None:
    """Refuse a night whose day goes on, or is still to come: its rows would be no whole day's.

    Raises
    ------
    NothingThere
        If the day has not ended in the business time zone.
    """
    zone = deployment.configuration.zone
    today = deployment.warehouse.clock().astimezone(zone).date()
    if as_of >= today:
        raise NothingThere(
            f"there is no night of {as_of} yet: in {zone.key} it is {today}, and a night is built "
            "once its day has ended. Nothing was run."
        )


def refuse_stale(
    deployment: Deployment, connection: Connection, as_of: date, inputs: Mapping[str, Any]
) -> None:
    """Refuse a night into which no fresh order line has come.

    Raises
    ------
    NightTooStale
        If no order line is dated in the last `freshness_days` days on which the shop is open.
    """
    days = deployment.configuration.freshness_days
    newest = statements.value(connection, "attempts/fresh_line", **inputs)
    if is_stale(deployment, newest, as_of, days):
        seen = f"the newest is of {newest}" if newest else "there is none at all"
        raise NightTooStale(
            f"order_lines: no line is dated in the {days} days up to {as_of}; {seen}. The last "
            "good night stays published. Deliver the missing files and run the night again, or "
            "raise freshness_days in settings.yml."
        )


def is_stale(deployment: Deployment, newest: date | None, as_of: date, days: int) -> bool:
    """Return whether nothing is dated in the last days up to `as_of`; days closed do not count."""
    limit = deployment.configuration.holidays.before_open_days(as_of, days)
    return newest is None or newest <= limit


def of_sources(deployment: Deployment, inputs: Mapping[str, Any]) -> dict[str, list[Finding]]:
    """Return, per source with `fresh_days`, whether it was fresh on a night's day, as it knew.

    The same inputs give the same answer, whenever they are asked for.
    """
    expecting = [s for s in deployment.configuration.sources if s.expected.fresh_days]
    with deployment.warehouse.begin() as connection:
        return {
            source.name: [_is_fresh(deployment, connection, source, inputs)] for source in expecting
        }


def _is_fresh(
    deployment: Deployment, connection: Connection, source: Source, inputs: Mapping[str, Any]
) -> Finding:
    as_of, days = inputs["as_of"], source.expected.fresh_days or 0
    newest = statements.value(connection, "attempts/fresh_source", source=source.name, **inputs)
    message = (
        f"{source.name}: nothing is dated in the {days} days up to {as_of}; the newest is of "
        f"{newest}. Ask the source for what is missing, or raise its fresh_days in sources.yml."
        if newest
        else f"{source.name} has never sent anything dated up to {as_of}. Ask the source, or take "
        "its fresh_days out of sources.yml until it does."
    )
    old = is_stale(deployment, newest, as_of, days)
    return Finding(sources.fresh(source.expected.fresh_severity), 1, int(old), message)
