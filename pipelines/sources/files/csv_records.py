"""Records of a CSV file: where each ends, whatever its quotes hold, and which are damaged.

A quote opens a quoted value at the beginning of a value only, twice within one it means itself,
and text after a closing quote belongs to the value: as Arrow reads it. Lines end with LF, CRLF or
CR; empty ones do not count.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np

ROW_BYTES = 8 << 20  # a record longer than this is taken for damaged
LOOK_AHEAD_LINES = 3
QUOTE = ord('"')
ENDS = b"\r\n"
NEVER_CLOSED = "has a quote that is never closed: look for a quote too many or a cut-off line."
CLOSED_LATER = "has a quote that is closed in a later line only: look for a quote too many."


@dataclass(frozen=True)
class Record:
    """One record: its values and where it ends; whether text follows a closing quote of it.

    `has_stray` tells of a quote in the midst of a value that is not quoted.
    """

    cells: list[bytes]
    end: int
    is_clean: bool
    has_stray: bool


class RowShape(NamedTuple):
    """How many values a row of a file has, and what stands between them."""

    width: int
    delimiter: str


@dataclass
class SetAside:
    """A record, or the first line of one, that is no row; `at` counts records from 0."""

    at: int
    content: bytes
    sentence: str


@dataclass
class SiftedRecords:
    """The rows of a block, where and as what they stood, what is set aside, where it stopped."""

    rows: list[list[bytes]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    asides: list[SetAside] = field(default_factory=list)
    end: int = 0

    @property
    def count(self) -> int:
        """How many records there were."""
        return len(self.rows) + len(self.asides)


def whole(block: bytes, delimiter: str) -> tuple[int, bool]:
    """Return where the last whole record of a block ends, and whether its quotes are clean.

    They are unless text follows a closing quote, as it does where a quote was left open further up.
    """
    quotes, is_clean = _quotes(block, ord(delimiter))
    end = _last_line_end(block, len(block))
    if np.searchsorted(quotes, end) % 2:
        opening = quotes[::2][np.diff(quotes, prepend=-2)[::2] > 1]  # no doubled ones
        while end and np.searchsorted(quotes, end) % 2:
            end = _last_line_end(block, int(opening[np.searchsorted(opening, end) - 1]))
    return end, is_clean


def sift(block: bytes, shape: RowShape, *, is_last: bool) -> SiftedRecords:
    """Read the records of a block one by one, and set aside those that are no rows.

    A record of several lines that is ragged or has text after a closing quote may be a line with
    a quote too many and the good rows it swallowed. If one of the next lines is a row by itself,
    only the first line is set aside, and reading goes on after it. So it does where a quote is
    never closed in the last block; in others, the record may go on in the next.
    """
    sifted = SiftedRecords()
    while (at := sifted.end) < len(block):
        if block[at] in ENDS:
            sifted.end += 1
            continue
        record = _record(block, at, len(block), shape.delimiter)
        if record is None and not is_last:
            break
        sifted.end, fault = _judge(block, at, record, shape)
        content = block[at : sifted.end].rstrip(ENDS)
        if record is None or fault:
            sifted.asides.append(SetAside(sifted.count, content, fault))
        else:
            sifted.places.append(sifted.count)
            sifted.contents.append(content)
            sifted.rows.append(record.cells)
    return sifted


def _judge(block: bytes, at: int, record: Record | None, shape: RowShape) -> tuple[int, str]:
    """Return where what begins here ends, and why it is no row; nothing if it is one."""
    end = line_end(block, at)
    if record is None:
        return end, NEVER_CLOSED
    if end < record.end and _is_torn(record, shape) and _hides(block, end, record.end, shape):
        return end, CLOSED_LATER
    if len(record.cells) != shape.width:
        return record.end, ragged(len(record.cells), shape.width)
    return record.end, ""


def header(block: bytes, delimiter: str) -> Record | None:
    """Return the first record that is no empty line; None if it is not whole or there is none."""
    return _record(block, len(block) - len(block.lstrip(ENDS)), len(block), delimiter)


def ragged(found: int, width: int) -> str:
    """Return what is wrong with a record of another number of values."""
    return (
        f"has {found} values, the header {width}: look for an unquoted delimiter or a cut-off line."
    )


def line_end(block: bytes, start: int) -> int:
    """Return where the line that begins at `start` ends, and with it the block, if nowhere."""
    found = _LINE_END.search(block, start)
    return found.end() if found else len(block)


def _quotes(block: bytes, delimiter: int) -> tuple[np.ndarray, bool]:
    """Return the quotes that open or close, in turns, and whether none is followed by text."""
    if b'"' not in block:
        return np.array([], dtype=np.int64), True
    content = np.frombuffer(block, dtype=np.uint8)
    found = np.flatnonzero(content == QUOTE)
    boundary = np.zeros(256, dtype=bool)
    boundary[[delimiter, *ENDS]] = True
    begins = boundary[content[found - 1]]  # found[0] = 0 looks at the last byte: mended below
    begins[0] |= found[0] == 0
    if not begins[::2].all() and not (begins | (np.diff(found, prepend=-2) == 1))[::2].all():
        found = _in_turns(found, begins)
    closing = found[1::2]
    inside = closing[closing + 1 < len(block)]
    after = content[inside + 1]
    return found, bool((boundary[after] | (after == QUOTE)).all())


def _in_turns(found: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Return the quotes that open or close, without those in the midst of a plain value."""
    may_open = begins | (np.diff(found, prepend=-2) == 1)
    strays = [(np.flatnonzero(~may_open[turn::2]) * 2 + turn).tolist() for turn in (0, 1)]
    left_out: list[int] = []
    at = 0  # a quote at which none is open
    while at < len(found):
        if left_out and left_out[-1] == at - 1 and not begins[at]:
            stray = at
        else:  # from here on they take turns, until one cannot open
            place = bisect_left(strays[at % 2], at)
            if place == len(strays[at % 2]):
                break
            stray = strays[at % 2][place]
        left_out.append(stray)
        at = stray + 1
    return np.delete(found, left_out)


def _last_line_end(block: bytes, before: int) -> int:
    return max(block.rfind(b"\n", 0, before), block.rfind(b"\r", 0, before)) + 1


_LINE_END = re.compile(rb"\r\n|\r|\n")


@cache
def _value(delimiter: str) -> re.Pattern[bytes]:
    d = re.escape(delimiter.encode())
    plain = rb"[^" + d + rb"\r\n]*+"
    return re.compile(
        rb'(?:"([^"]*+(?:""[^"]*+)*+)"(' + plain + rb')|((?!")' + plain + rb"))"
        rb"(" + d + rb"|\r\n|\r|\n)"
    )


def _record(block: bytes, at: int, stop: int, delimiter: str) -> Record | None:
    """Return the record that begins here; None if it does not end before `stop`."""
    value, separator = _value(delimiter), delimiter.encode()
    cells: list[bytes] = []
    is_clean, has_stray = True, False
    while found := value.match(block, at, stop):
        quoted, rest, plain, end = found.groups()
        if quoted is None:
            cells.append(plain)
            has_stray |= b'"' in plain
        else:
            cells.append(quoted.replace(b'""', b'"') + rest)
            is_clean &= not rest
        at = found.end()
        if end != separator:
            return Record(cells, at, is_clean, has_stray)
    return None


def _is_torn(record: Record, shape: RowShape) -> bool:
    return len(record.cells) != shape.width or not record.is_clean


def _hides(block: bytes, start: int, stop: int, shape: RowShape) -> bool:
    """Return whether one of the next lines of a torn record is a row by itself."""
    for _ in range(LOOK_AHEAD_LINES):
        record = _record(block, start, stop, shape.delimiter)
        if record and not record.has_stray and not _is_torn(record, shape):
            return True
        start = line_end(block, start)
    return False
