"""Where a source goes on: the greatest value seen of a cursor, and how far to look back from it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.errors import SourceUnreadable

AHEAD = timedelta(days=1)
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
SPAN = re.compile(r"(\d+) (day|hour|minute)s?")
INSTANT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"((?P<between>[T ])(?P<time>\d\d:\d\d(:\d\d)?)(\.(?P<fraction>\d+))?(?P<zone>Z|[+-][\d:]+)?)?"
)


def is_lookback(value: Any) -> bool:
    """Return whether a value says how far to look back: a number, or `2 days`."""
    if isinstance(value, bool):
        return False
    return (isinstance(value, int | float) and value >= 0) or bool(SPAN.fullmatch(str(value)))


def earlier(value: str, lookback: int | float | str) -> str:
    """Return a cursor's value moved back, written as it was.

    Raises
    ------
    SourceUnreadable
        If a number is to be taken from what is none, or days from what is no date.
    """
    if not lookback:
        return value
    try:
        if isinstance(lookback, int | float):
            return f"{Decimal(value) - Decimal(str(lookback)):f}"
        count, unit = lookback.rstrip("s").split()
        return _moved(value, timedelta(**{f"{unit}s": int(count)}))
    except (InvalidOperation, ValueError, OverflowError):
        raise SourceUnreadable(
            f"the cursor stands at {value!r}, from which `lookback: {lookback}` cannot be taken: "
            "numbers take a number, instants and dates take days, hours or minutes."
        ) from None


def later(first: str | None, second: str | None) -> str | None:
    """Return the greater of two values of one cursor: as numbers, as instants, else as text."""
    if first is None or second is None:
        return first if second is None else second
    before, after = _comparable(first), _comparable(second)
    if type(before) is not type(after):
        return second
    return first if before > after else second


def capped(value: str, now: datetime | None) -> str:
    """Return a value that is no instant after tomorrow: such a one is wrong, and would hide others.

    What it is moved back to is written as it was.
    """
    instant = _comparable(value)
    if now is None or not isinstance(instant, datetime) or instant <= now + AHEAD:
        return value
    return _moved(value, instant - now - AHEAD)


def _comparable(value: str) -> Any:
    if NUMBER.fullmatch(value):
        return Decimal(value)
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return value
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _moved(value: str, span: timedelta) -> str:
    written = INSTANT.fullmatch(value)
    if not written:
        raise ValueError(value)
    moved = datetime.fromisoformat(value) - span
    if not written["time"]:
        return f"{moved:%Y-%m-%d}"
    text = moved.strftime(f"%Y-%m-%d{written['between']}%H:%M:%S"[:None])
    if len(written["time"]) == len("00:00"):
        text = text[:-3]
    if written["fraction"]:
        text += f".{moved:%f}"[: 1 + len(written["fraction"])]
    return text + (written["zone"] or "")
