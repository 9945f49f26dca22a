"""The days on which a shop's volume may be anything: a country's holidays, and its own days."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pipelines.configuration.faults import Faults

KEYS = ("country", "subdivision", "days")


@dataclass(frozen=True)
class ShopCalendar:
    """What `holidays` of settings.yml names."""

    country: str | None = None
    subdivision: str | None = None
    days: frozenset[date] = frozenset()

    @cached_property
    def _of_country(self) -> Container[date]:
        """The country's holidays, made year by year as they are asked for."""
        if self.country is None:
            return ()
        import holidays

        return holidays.country_holidays(self.country, subdiv=self.subdivision)

    def __contains__(self, day: object) -> bool:
        """Return whether nothing is expected of the volume of a day."""
        return day in self.days or day in self._of_country


def read_calendar(content: dict[str, Any], faults: Faults) -> ShopCalendar:
    """Return the calendar of settings.yml; note what is wrong with it."""
    place = "settings.yml: holidays"
    country, part = content.get("country"), content.get("subdivision")
    days = content.get("days", [])
    listed = isinstance(days, list) and all(isinstance(day, date) for day in days)
    faults.expect(listed, f"{place}.days is {days!r}; expected a list of days such as 2017-11-24.")
    faults.expect(
        part is None or country is not None, f"{place}.subdivision needs the country it is of."
    )
    if country is None or not _is_known(country, part, place, faults):
        return ShopCalendar(days=frozenset(days if listed else ()))
    return ShopCalendar(country, part, frozenset(days if listed else ()))


def _is_known(country: Any, part: Any, place: str, faults: Faults) -> bool:
    import holidays

    known = holidays.list_supported_countries()
    if not faults.expect(
        country in known,
        f"{place}.country is {country!r}; expected a code of ISO 3166 such as US or DE, in quotes "
        'where YAML would read a truth ("NO").',
    ):
        return False
    return faults.expect(
        part is None or part in known[country],
        f"{place}.subdivision is {part!r}; {country} has: {', '.join(known[country])}.",
    )
