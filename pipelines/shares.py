"""Whether the shares of rows seen before, and of empty cells, are those a source usually sends."""

from collections import deque
from collections.abc import Mapping
from math import sqrt

from pipelines.usual import MOST_BEFORE, usual

LEAST_ROWS = 100  # of fewer, one row is more than a percent
# A sigma is never believed to be less: ten points more than usual are always needed, so that a
# column that was never empty may have its first gaps.
LEAST_SPREAD = 0.025

Counts = Mapping[str, tuple[int, int]]  # name: (part, whole)
Before = dict[str, deque[float]]


def unusual(counts: Counts, past: Before) -> dict[str, str]:
    """Return, for each share that is unusually high, `<share>, usually <share>`."""
    told = {}
    for name, (part, whole) in counts.items():
        known = usual(past.get(name, ()))
        if known is None or whole < LEAST_ROWS:
            continue
        share, chance = part / whole, sqrt(known.middle * (1 - known.middle) / whole)
        if share > known.middle + known.limit(max(LEAST_SPREAD, chance)):
            told[name] = f"{share:.0%}, usually {known.middle:.0%}"
    return told


def remember(counts: Counts, past: Before) -> None:
    """Add the shares of a batch to what was sent before."""
    for name, (part, whole) in counts.items():
        if whole >= LEAST_ROWS:
            past.setdefault(name, deque(maxlen=MOST_BEFORE)).append(part / whole)
