"""What a source is expected to send, as its entry in sources.yml says."""

from dataclasses import dataclass
from typing import Any

from expectations.rule import CRITICAL, WARNING
from pipelines.configuration.faults import Faults

KEYS = ("volume", "reject_limit", "fresh_days", "fresh_severity")
OFF = "off"


@dataclass(frozen=True)
class SourceExpectations:
    """How odd volume is judged, how many rows may be rejected, how young its rows must be.

    Without a `reject_limit` that of settings.yml holds; without `fresh_days` any age is good.
    """

    volume: str = WARNING
    reject_limit: float | None = None
    fresh_days: int | None = None
    fresh_severity: str = WARNING


def read_expected(place: str, entry: dict[str, Any], faults: Faults) -> SourceExpectations:
    """Return what a source is expected to send; note what is wrong with it."""
    volume = entry.get("volume", WARNING)
    if volume is False:  # YAML reads a bare `off` as no
        volume = OFF
    limit, days = entry.get("reject_limit"), entry.get("fresh_days")
    severity = entry.get("fresh_severity", WARNING)
    faults.expect(
        volume in (WARNING, CRITICAL, OFF),
        f"{place}.volume is {volume!r}; expected warning, critical or off.",
    )
    expect_share(limit, f"{place}.reject_limit", faults)
    faults.expect(
        days is None or (type(days) is int and days > 0),
        f"{place}.fresh_days is {days!r}; expected a whole number of days above 0.",
    )
    faults.expect(
        severity in (WARNING, CRITICAL),
        f"{place}.fresh_severity is {severity!r}; expected warning or critical.",
    )
    return SourceExpectations(volume, limit, days, severity)


def expect_share(value: Any, place: str, faults: Faults) -> None:
    """Note a fault unless a value is a share, or not given."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    faults.expect(
        value is None or (number and 0 < value <= 1),
        f"{place} is {value!r}; expected a share above 0 and up to 1, such as 0.5.",
    )
