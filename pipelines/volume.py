"""Whether a source sent as many rows as on the same weekday of past weeks."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, timedelta
from math import sqrt

from pipelines.usual import MOST_BEFORE, Usual, usual

# Fewer rows than this say nothing: of the demo's mailings, six on the middle day, every fifth day
# would be unusual.
LEAST_ROWS = 100
# A sigma is never believed to be less: of the demo's 333 days, so many as without it (24) would be
# unusual where nobody sees why.
LEAST_SPREAD = 0.1
# Of a source without days, or younger than four weeks: a file's rows over the median of eight.
LEAST_RATIO, MOST_RATIO = 0.3, 3.0
FOUR_WEEKS = timedelta(days=28)
WEEK = timedelta(days=7)


def unusual_days(
    sent: Mapping[date, int], before: Mapping[date, int], holidays: Container[date]
) -> str | None:
    """Return a sentence on the days of a batch that have unusually many or few rows, or None.

    `before` has the rows of each day that the source had sent. Only newer days are judged: of an
    older one a correction brings a part.
    """
    newest = max(before, default=date.max)
    days = sorted(day for day in sent if day > newest and day not in holidays)
    told = [said for day in days if (said := _unusual(day, sent[day], before, holidays))]
    more = f" And {len(told) - 3} more days." if len(told) > 3 else ""
    return " ".join(told[:3]) + more if told else None


def unusual_file(rows: int, before: Sequence[int], days: Mapping[date, int]) -> str | None:
    """Return a sentence on a file of unusually many or few rows, or None.

    Only where weekdays say nothing yet: `days`, the rows by day, span less than four weeks.
    """
    known = usual(before)
    if known is None or known.middle < LEAST_ROWS or not rows or _knows_weekdays(days):
        return None
    ratio = rows / known.middle
    if LEAST_RATIO <= ratio <= MOST_RATIO:
        return None
    return (
        f"{rows:,} rows, {ratio:.2f} times as many as this source usually sends (the median of "
        f"its last {known.count} files), expected {LEAST_RATIO:g} to {MOST_RATIO:g}."
    )


def same_weekdays(day: date, before: Mapping[date, int], holidays: Container[date]) -> list[int]:
    """Return the rows of the same weekday of the eight weeks before, without holidays."""
    past = (day - week * WEEK for week in range(1, MOST_BEFORE + 1))
    return [before[each] for each in past if each in before and each not in holidays]


def _unusual(
    day: date, rows: int, before: Mapping[date, int], holidays: Container[date]
) -> str | None:
    known = usual(same_weekdays(day, before, holidays))
    if known is None or known.middle < LEAST_ROWS:
        return None
    least = _limit(known)
    if abs(rows - known.middle) <= least:
        return None
    low, high = max(known.middle - least, 0), known.middle + least
    return (
        f"{rows:,} rows are dated {day:%A} {day}, {rows / known.middle:.2f} times as many as the "
        f"{known.count} before it had in the middle ({known.middle:,.0f}); expected {low:,.0f} to "
        f"{high:,.0f}."
    )


def _limit(known: Usual) -> float:
    """Return how many rows off are usual; counts scatter by their square root at least."""
    return known.limit(max(LEAST_SPREAD * known.middle, sqrt(known.middle)))


def _knows_weekdays(days: Mapping[date, int]) -> bool:
    return bool(days) and max(days) - min(days) >= FOUR_WEEKS
