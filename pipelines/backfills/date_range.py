"""A range of business days, and the models each of its nights is built with."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.engine import Connection

from pipelines.attempts import serving_models
from pipelines.errors import BackfillRefused

KEPT, CHAMPION, PLANNED = "kept", "champion", "planned"
Models = dict[date, dict[str, str]]  # per night the model ids by kind


@dataclass(frozen=True)
class DateRange:
    """Business days from the first to the last, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a range that ends before it begins."""
        if self.last < self.first:
            raise BackfillRefused(f"the range ends ({self.last}) before it begins ({self.first}).")

    @property
    def days(self) -> list[date]:
        """Every day, oldest first."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def models_of(connection: Connection, span: DateRange, mode: str = KEPT) -> Models:
    """Return the models of each night: those it had or would have had, or today's champions."""
    if mode == CHAMPION:
        today = serving_models.champions(connection, date.max)
        ids = {kind: str(row["model_id"]) for kind, row in today.items()}
        return dict.fromkeys(span.days, ids)
    return {day: serving_models.models_for(connection, day) for day in span.days}


def by_day(per_day: dict[str, dict[str, str]]) -> dict[date, dict[str, str]]:
    """Return what jsonb keeps per day, oldest first."""
    return {date.fromisoformat(day): content for day, content in sorted(per_day.items())}
