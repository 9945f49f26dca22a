"""What a source usually sends: the middle of what it sent before, and how far that strays.

The median and the median absolute deviation (MAD), which one broken file does not move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEAST_BEFORE, MOST_BEFORE = 4, 8
MAD_TO_SIGMA = 1.4826  # of a normal distribution; Rousseeuw and Croux (1993)
# So many sigmas from the middle are unusual: docs/decisions/015-volume-against-past-weekdays.md.
LIMIT = 4.0


@dataclass(frozen=True)
class Usual:
    """The middle and the MAD of what was there before, in its own unit."""

    middle: float
    strays: float
    count: int

    def limit(self, floor: float) -> float:
        """Return how far from the middle is still usual; a sigma is at least `floor`."""
        return LIMIT * max(MAD_TO_SIGMA * self.strays, floor)


def usual(before: Sequence[float]) -> Usual | None:
    """Return what was usual; None where too little was there to say."""
    if len(before) < LEAST_BEFORE:
        return None
    middle = median(before)
    return Usual(middle, median(abs(value - middle) for value in before), len(before))
