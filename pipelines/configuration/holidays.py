"""The days on which a shop's volume may be anything, or nothing: a country's holidays, its own."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

LONGEST_CLOSED = 366  # days that are looked back over, should a shop name them all


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

    def before_open_days(self, as_of: date, count: int) -> date:
        """Return the day before the last `count` days up to `as_of` that are not named."""
        day, found = as_of, 0
        for _ in range(count + LONGEST_CLOSED):
            if found == count:
                break
            found += day not in self
            day -= timedelta(days=1)
        return day

    def __contains__(self, day: object) -> bool:
        """Return whether nothing is expected of the volume of a day."""
        return day in self.days or day in self._of_country
