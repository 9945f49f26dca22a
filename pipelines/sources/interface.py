"""The interface of every source: extracts that may land, each a stream of Arrow batches of text."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa

LINE = "line"


@dataclass
class Unreadable:
    """A row that is not what its source is declared to send."""

    row_no: int
    content: bytes
    rule: str
    sentence: str


@dataclass
class RowStream:
    """Something being read: its columns at once, its rows as an iterator of Arrow batches of text.

    Each batch has a first column `row_no` (int64), then `columns`. With `columns` equal to
    [LINE] the rows are JSON objects as text, which the database takes apart. What is only known
    at the end fills while the rows are drawn: `unreadable`, the `watermark` from which the source
    goes on next time, and the `digest` of what came where it was not known before.
    """

    columns: list[str]
    batches: Iterator[pa.RecordBatch]
    unreadable: list[Unreadable] = field(default_factory=list)
    watermark: str | None = None
    digest: str | None = None

    @property
    def is_lines(self) -> bool:
        """Whether the rows are JSON objects still to be taken apart."""
        return self.columns == [LINE]


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Extract:
    """Something of a source that may land as one batch: a file, rows of a table, pages.

    `digest` is the sha256 of its bytes; None where they are known only once read. `stamp` is what
    a remote thing looks like from outside (size and instant), so that it is fetched once. `left`
    says why it is left for another time; then it is not read. `settle` is called once its batch
    is committed.
    """

    name: str
    read: Callable[[], RowStream]
    digest: str | None = None
    byte_count: int = 0
    stamp: str | None = None
    left: str | None = None
    settle: Callable[[], None] = _nothing


@dataclass(frozen=True)
class ExtractRequest:
    """What a source is asked with: where it may keep things, what it may know, what it sent.

    `secret` returns the value of a name that the configuration writes as ${NAME}, None if nobody
    knows it. `watermark` is that of the source's newest batch that was not refused. `stamps` are
    those of its batches, by file. `again` names what somebody insists on; `now` is the instant.
    """

    home: Path
    secret: Callable[[str], str | None]
    watermark: str | None = None
    stamps: Mapping[str, str] = field(default_factory=dict)
    again: tuple[str, ...] = ()
    now: datetime | None = None


# Each module of this folder that is named like a kind has `arrivals(source, asked)`: in the order
# in which they are to land. It raises SourceUnavailable where the source cannot be reached now.
Arrivals = Callable[..., Iterator[Extract]]
