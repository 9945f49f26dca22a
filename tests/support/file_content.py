"""Read bytes as a file of some kind, without a warehouse."""

import io
from typing import Any

import pyarrow as pa

from pipelines.sources.files import csv, jsonl
from pipelines.sources.files.decoding import Content
from pipelines.sources.interface import RowStream

OPTIONS = {"encoding": "utf-8", "delimiter": ","}


def content(name: str, given: bytes) -> Content:
    """Return bytes as a file of this name."""
    return Content(name, lambda: io.BytesIO(given))


def read_csv(
    given: bytes, name: str = "x.csv", **options: Any
) -> tuple[RowStream, dict[int, tuple]]:
    """Return a CSV's reading, all drawn, and its good rows by number."""
    return drawn(csv.read(content(name, given), OPTIONS | options))


def read_lines(given: bytes, name: str = "x.jsonl") -> tuple[RowStream, dict[int, tuple]]:
    """Return a JSON Lines file's reading, all drawn, and its lines by number."""
    return drawn(jsonl.read(content(name, given), OPTIONS))


def drawn(reading: RowStream) -> tuple[RowStream, dict[int, tuple]]:
    """Return a reading and its good rows by number, once all are drawn."""
    rows: dict[int, tuple] = {}
    for batch in reading.batches:
        assert batch.schema.names == ["row_no", *reading.columns]
        assert batch.schema.types == [pa.int64(), *[pa.string()] * len(reading.columns)]
        batch.validate(full=True)
        for number, *cells in zip(*(column.to_pylist() for column in batch), strict=True):
            assert number not in rows
            rows[number] = tuple(cells)
    return reading, rows


def set_aside(reading: RowStream) -> dict[int, tuple[str, bytes]]:
    """Return rule and content of the rows set aside, by number."""
    found = {row.row_no: (row.rule, row.content) for row in reading.unreadable}
    assert len(found) == len(reading.unreadable)
    return found
