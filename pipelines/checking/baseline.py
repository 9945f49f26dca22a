"""Baselines of a source: what it sent before, and whether a batch strays from it.

A baseline is a median and a median absolute deviation (MAD), which one broken file does not move.
"""

from collections import deque
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import median

LEAST_BEFORE, MOST_BEFORE = 4, 8
MAD_TO_SIGMA = 1.4826  # of a normal distribution; Rousseeuw and Croux (1993)
# So many sigmas from the median are unusual: docs/decisions/015-volume-against-past-weekdays.md.
LIMIT = 4.0
# Fewer rows say nothing: one is more than a percent; of the demo's mailings, six on the median day,
# every fifth day would be unusual.
LEAST_ROWS = 100
# A sigma is never believed to be less. Of shares: ten points more than usual are always needed, so
# that a column that was never empty may have its first gaps. Of rows: of the demo's 333 days, 24
# would be unusual without it where nobody sees why.
LEAST_SHARE_SPREAD, LEAST_ROW_SPREAD = 0.025, 0.1
# Of a source without days, or younger than four weeks: a file's rows over the median of eight.
LEAST_RATIO, MOST_RATIO = 0.3, 3.0
FOUR_WEEKS = timedelta(days=28)
WEEK = timedelta(days=7)

Counts = Mapping[str, tuple[int, int]]  # name: (part, whole)
Shares = dict[str, deque[float]]  # name: the shares of the last batches


@dataclass(frozen=True)
class Baseline:
    """The median and the MAD of `count` earlier values, in their own unit."""

    median: float
    mad: float
    count: int

    def limit(self, floor: float) -> float:
        """Return how far from the median is still usual; a sigma is at least `floor`."""
        return LIMIT * max(MAD_TO_SIGMA * self.mad, floor)


def baseline_of(before: Sequence[float]) -> Baseline | None:
    """Return the baseline of earlier values; None where they are too few to say."""
    if len(before) < LEAST_BEFORE:
        return None
    middle = median(before)
    return Baseline(middle, median(abs(value - middle) for value in before), len(before))


def unusual_shares(counts: Counts, past: Shares) -> dict[str, str]:
    """Return, for each share that is unusually high, `<share>, usually <share>`."""
    found = {}
    for name, (part, whole) in counts.items():
        known = baseline_of(past.get(name, ()))
        if known is None or whole < LEAST_ROWS:
            continue
        share, chance = part / whole, sqrt(known.median * (1 - known.median) / whole)
        if share > known.median + known.limit(max(LEAST_SHARE_SPREAD, chance)):
            found[name] = f"{share:.0%}, usually {known.median:.0%}"
    return found


def remember_shares(counts: Counts, past: Shares) -> None:
    """Add the shares of a batch to those of the batches before it."""
    for name, (part, whole) in counts.items():
        if whole >= LEAST_ROWS:
            past.setdefault(name, deque(maxlen=MOST_BEFORE)).append(part / whole)


def unusual_days(
    sent: Mapping[date, int], before: Mapping[date, int], holidays: Container[date]
) -> str | None:
    """Return a sentence on the days of a batch that have unusually many or few rows, or None.

    `before` has the rows of each day that the source had sent. Only newer days are judged: of an
    older one a correction brings a part.
    """
    newest = max(before, default=date.max)
    days = sorted(day for day in sent if day > newest and day not in holidays)
    found = [said for day in days if (said := _unusual_day(day, sent[day], before, holidays))]
    more = f" And {len(found) - 3} more days." if len(found) > 3 else ""
    return " ".join(found[:3]) + more if found else None


def unusual_file(rows: int, before: Sequence[int], days: Mapping[date, int]) -> str | None:
    """Return a sentence on a file of unusually many or few rows, or None.

    Only where weekdays say nothing yet: `days`, the rows by day, span less than four weeks.
    """
    known = baseline_of(before)
    if known is None or known.median < LEAST_ROWS or not rows or _knows_weekdays(days):
        return None
    ratio = rows / known.median
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


def _unusual_day(
    day: date, rows: int, before: Mapping[date, int], holidays: Container[date]
) -> str | None:
    known = baseline_of(same_weekdays(day, before, holidays))
    if known is None or known.median < LEAST_ROWS:
        return None
    # Counts scatter by their square root at least.
    limit = known.limit(max(LEAST_ROW_SPREAD * known.median, sqrt(known.median)))
    if abs(rows - known.median) <= limit:
        return None
    low, high = max(known.median - limit, 0), known.median + limit
    return (
        f"{rows:,} rows are dated {day:%A} {day}, {rows / known.median:.2f} times as many as the "
        f"{known.count} before it had in the middle ({known.median:,.0f}); expected {low:,.0f} to "
        f"{high:,.0f}."
    )


def _knows_weekdays(days: Mapping[date, int]) -> bool:
    return bool(days) and max(days) - min(days) >= FOUR_WEEKS
