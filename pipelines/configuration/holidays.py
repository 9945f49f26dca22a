"""The days on which a shop's volume may be anything: a country's holidays, and its own days."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from functools import cached_property


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
