"""What every way to a destination does: take the rows of one order, and say what has arrived."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

import pyarrow as pa


class Receipt(NamedTuple):
    """What ops.deliveries keeps of what has arrived: where it lies, its bytes and their sha256."""

    path: str
    byte_count: int
    sha256: str


class Delivery(Protocol):
    """One order on its way to its destination, whose readers see all of it or nothing.

    Each method raises OSError where the destination cannot be reached or written.
    """

    def holds(self, path: str) -> bool:
        """Return whether what arrived at a path is still there."""

    def resume(self) -> Receipt | None:
        """Finish the same order that a killed run had written whole; None if there is none."""

    def put(self, batches: Iterable[pa.RecordBatch], counts: dict[str, int]) -> Receipt:
        """Write the rows as they come, and let readers see them when the last is written.

        `counts` says who is in the delivery and who is not.
        """
