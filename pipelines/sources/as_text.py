"""Rows of a database as text, as staging reads it: exact numbers, ISO instants, JSON, hex bytes."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sources.interface import RowStream, Unreadable

# Text can hold no NUL, so that what follows one cannot be mistaken for a cell.
CELL, NULL = "\x00s", "\x00n"


def text_of(value: Any) -> str | None:
    """Return one value that a driver gave, as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        shortest = repr(value)
        return (f"{Decimal(shortest):f}" if "e" in shortest else shortest).removesuffix(".0")
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=text_of)
    return str(value)


def batch_of(
    cells: Sequence[Sequence[Any]], columns: list[str], done: int, reading: RowStream
) -> pa.RecordBatch:
    """Return columns of a driver as a batch; rows that no text can hold are set aside."""
    texts = [_texts_of(column) for column in cells]
    numbers = np.arange(done + 1, done + 1 + len(cells[0]))
    bad = sorted({place for column in texts for place in _bad_places(column)})
    for place in bad:
        row = {name: column[place] for name, column in zip(columns, texts, strict=True)}
        content = json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogateescape")
        number = int(numbers[place])
        sentence = f"row {number} holds a NUL or is not UTF-8 text: mend it at the source."
        reading.unreadable.append(Unreadable(number, content, "not_text", sentence))
    for place in reversed(bad):
        for column in texts:
            del column[place]
    arrays = [pa.array(column, pa.string()) for column in texts]
    numbers = pa.array(np.delete(numbers, bad))
    return pa.record_batch([numbers, *arrays], names=["row_no", *columns])


def without_empty(column: pa.Array) -> pa.Array:
    """Return a column with empty text as null."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _texts_of(column: Sequence[Any]) -> list[str | None]:
    kinds = set(map(type, column)) - {type(None)}
    if kinds <= {str}:
        return list(column)
    write = str if kinds == {int} else text_of
    return [None if value is None else write(value) for value in column]


def _bad_places(column: list[str | None]) -> list[int]:
    """Return where a column holds a NUL or what no UTF-8 text can hold."""
    if not _is_bad("".join(filter(None, column))):
        return []
    return [place for place, text in enumerate(column) if text and _is_bad(text)]


def _is_bad(text: str) -> bool:
    return "\x00" in text or not (text.isascii() or _is_utf8(text))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Digest:
    """The sha256 of the rows that the next reading is to bring again if nothing happens."""

    def __init__(self, columns: list[str]):
        self._sha256 = hashlib.sha256(CELL.join(columns).encode())

    def add(self, columns: list[pa.Array], counts: pa.Array | None = None) -> None:
        """Add the rows of a batch, or those of them that count."""
        if counts is not None:
            columns = [column.filter(counts) for column in columns]
        joined = pc.binary_join_element_wise(
            *columns, "", CELL, null_handling="replace", null_replacement=NULL
        )
        for chunk in [joined] if isinstance(joined, pa.Array) else joined.chunks:
            self._sha256.update(_bytes_of(chunk))

    def hexdigest(self) -> str:
        """Return the digest so far."""
        return self._sha256.hexdigest()


def _bytes_of(text: pa.StringArray) -> memoryview:
    """Return the bytes of all texts, one after the other; none of them is null."""
    offsets = np.frombuffer(text.buffers()[1], dtype=np.int32)[text.offset :]
    data = text.buffers()[2]
    return memoryview(data)[offsets[0] : offsets[len(text)]] if data else memoryview(b"")
