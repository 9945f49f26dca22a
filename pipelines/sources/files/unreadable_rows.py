"""Rows that are no text: detected fast, set aside with their bytes, bounded in number."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import SourceUnreadable
from pipelines.sources.interface import RowStream, Unreadable

# What a landing keeps of them in memory; a file with more is not what it is declared to be.
MOST_ROWS = 250_000
MOST_BYTES = 64 << 20
SHORT_BYTES = 4 << 10  # Python decodes a row, Arrow checks a block sooner


class UnreadableRows:
    """Sets rows of one file aside."""

    def __init__(self, name: str, reading: RowStream):
        self._name, self._reading, self._bytes = name, reading, 0

    def __call__(self, row_no: int, content: bytes, rule: str, sentence: str) -> None:
        """Keep a row as received, with the rule it broke.

        Raises
        ------
        SourceUnreadable
            If there are too many.
        """
        found = self._reading.unreadable
        found.append(Unreadable(row_no, content, rule, sentence))
        self._bytes += len(content)
        if len(found) > MOST_ROWS or self._bytes > MOST_BYTES:
            raise SourceUnreadable(
                f"{self._name} has {len(found):,} rows that cannot be read up to row {row_no:,}; "
                f"the first: {found[0].sentence} Look at its encoding and delimiter in "
                "sources.yml. Nothing of it was landed."
            )


def is_text(content: bytes) -> bool:
    """Return whether bytes are UTF-8 without a NUL, which PostgreSQL cannot keep in a text."""
    if b"\x00" in content:
        return False
    if len(content) < SHORT_BYTES:
        return _decodes(content)
    ends = pa.py_buffer(np.array([0, len(content)], dtype=np.int32))
    whole = pa.Array.from_buffers(pa.binary(), 1, [None, ends, pa.py_buffer(content)])
    try:
        whole.cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def _decodes(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def as_text(column: pa.Array) -> pa.Array:
    """Return a column as text, empty text as null."""
    text = column if pa.types.is_string(column.type) else column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def no_text(column: pa.Array) -> np.ndarray:
    """Return which values of a column of bytes are no UTF-8 or hold a NUL, as bool (n,)."""
    bad = pc.fill_null(pc.match_substring(column, b"\x00"), False).to_numpy(zero_copy_only=False)
    try:
        column.cast(pa.string())
    except pa.ArrowInvalid:  # one by one only where one is bad
        values = column.to_pylist()
        bad |= np.array([value is not None and not is_text(value) for value in values], dtype=bool)
    return bad
