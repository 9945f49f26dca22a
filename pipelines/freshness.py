"""Whether a night's time has come: its day has ended, and fresh data has come for it.

Publishing without fresh data would only age what is known.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from pipelines import warehouse
from pipelines.deployment import Deployment
from pipelines.errors import NightTooStale, NothingThere


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
        If no order line is dated in the last `freshness_days` days.
    """
    days = deployment.configuration.freshness_days
    newest = warehouse.value(connection, "ops/fresh_line", **inputs)
    if newest is None or newest <= as_of - timedelta(days=days):
        seen = f"the newest is of {newest}" if newest else "there is none at all"
        raise NightTooStale(
            f"order_lines: no line is dated in the {days} days up to {as_of}; {seen}. The last "
            "good night stays published. Deliver the missing files and run the night again, or "
            "raise freshness_days in settings.yml."
        )
