"""Find the rows that break a check, in Python: a dry run has few."""

from collections import Counter
from typing import Any, assert_never

from expectations.checks import (
    Absent,
    Between,
    Check,
    NotAbove,
    NotBelow,
    Once,
    OneOf,
    Present,
)

Row = dict[str, Any]


def breaking(check: Check, rows: list[Row]) -> list[Row]:
    """Return the rows that break a check: those that Great Expectations would find."""
    if isinstance(check, Present):
        return [row for row in rows if row[check.column] is None]
    given = [row for row in rows if row[check.column] is not None]
    match check:
        case Absent():
            return given
        case OneOf(column, values):
            return [row for row in given if row[column] not in values]
        case Between(column, least, most):
            below = [row for row in given if least is not None and row[column] < least]
            return below + [row for row in given if most is not None and row[column] > most]
        case NotAbove(column, limit):
            return [row for row in given if row[limit] is not None and row[column] > row[limit]]
        case NotBelow(column, limit):
            return [row for row in given if row[limit] is not None and row[column] < row[limit]]
        case Once(column):
            counts = Counter(row[column] for row in given)
            return [row for row in given if counts[row[column]] > 1]
    assert_never(check)
