"""Whether fresh data has come for a night: publishing without any would only age what is known."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from pipelines import warehouse
from pipelines.deployment import Deployment
from pipelines.errors import NightTooStale


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
