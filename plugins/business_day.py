"""The business day of a run, derived in one place for every kind of run."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from pipelines.configuration.model import Configuration
from pipelines.errors import NothingThere


def as_of(
    data_interval_start: datetime | None, business_time_zone: str, override: str | None = None
) -> date:
    """Return the business day of a run: the override, else the day on which its interval starts.

    `data_interval_start` is an instant of any time zone; Airflow gives it in UTC.

    Raises
    ------
    NothingThere
        If the override is no date, or there is neither an override nor an interval.
    """
    if override:
        return _day(override)
    if data_interval_start is None:
        raise NothingThere(f"this run covers no day of its own. {_TRIGGER}")
    return data_interval_start.astimezone(ZoneInfo(business_time_zone)).date()


def of_run(
    configuration: Configuration, data_interval_start: datetime | None, override: str | None
) -> date:
    """Return the business day of a run; without an override it must lie in the schedule.

    Raises
    ------
    NothingThere
        As `as_of`, or if the day lies outside the schedule of settings.yml.
    """
    day = as_of(data_interval_start, configuration.business_time_zone, override)
    first, last = configuration.schedule_start, configuration.schedule_end
    if not override and ((first and day < first) or (last and day > last)):
        raise NothingThere(
            f"{day} lies outside the schedule of settings.yml "
            f"({first or 'no start'} to {last or 'no end'}), so nothing was run. {_TRIGGER}"
        )
    return day


_TRIGGER = 'Name the day when you trigger it: {"as_of": "2017-12-28"}, for example.'


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NothingThere(f"as_of is {text!r}, which is no day. {_TRIGGER}") from None
