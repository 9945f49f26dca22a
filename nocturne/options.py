"""What verbs take: a day in words or figures, a folder, and whether a report comes as JSON."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from pipelines.errors import NothingThere

if TYPE_CHECKING:
    from pipelines.deployment import Deployment  # takes a second, which --help need not pay

YESTERDAY, NEWEST = "yesterday", "newest"
Day = date | str  # a date, or one of the words that only a deployment can date


class DayType(click.ParamType):
    """A day such as 2017-12-24, or a word for one."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Day:
        """Return the date that a text writes, or the word itself."""
        if isinstance(value, date) or value in (YESTERDAY, NEWEST):
            return value  # type: ignore[no-any-return]
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is no day; expected one such as 2017-12-24, {YESTERDAY} or {NEWEST}.",
                param,
                ctx,
            )

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        """Return the words that a shell may complete."""
        words = (YESTERDAY, NEWEST)
        return [click.shell_completion.CompletionItem(w) for w in words if w.startswith(incomplete)]


class ZoneType(click.ParamType):
    """A time zone by its IANA name."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name of a zone that there is."""
        try:
            return ZoneInfo(value).key
        except (LookupError, OSError, ValueError):
            self.fail(f"{value!r} is no time zone; expected one such as Europe/Berlin.", param, ctx)


DAY = DayType()
ZONE = ZoneType()
DAYS = "A day such as 2017-12-24, yesterday, or newest (published)."
FOLDER_TO_WRITE = click.Path(file_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON in place of words.")
as_of = click.option("--as-of", "day", type=DAY, required=True, metavar="DAY", help=DAYS)


def day_of(deployment: "Deployment", day: Day) -> date:
    """Return the date of a day: yesterday in the business time zone, the newest night published.

    Raises
    ------
    NothingThere
        If the newest is meant and no night is published.
    """
    from pipelines.attempts import recorded

    if isinstance(day, date):
        return day
    if day == YESTERDAY:
        zone = deployment.configuration.zone
        return deployment.warehouse.clock().astimezone(zone).date() - timedelta(days=1)
    with deployment.warehouse.begin() as connection:
        published = recorded.published_nights(connection)
    if not published:
        raise NothingThere(
            "no night is published, so there is no newest: name a day, as in "
            "`nocturne night --as-of yesterday`."
        )
    return max(row["as_of"] for row in published)
