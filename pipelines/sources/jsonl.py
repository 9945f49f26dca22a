"""Read a JSON Lines file line by line as text; the database takes the objects apart."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.errors import SourceUnreadable
from pipelines.sources.files import CHUNK, Reading, Unreadable, text_or_none

LINE = "line"


def read(path: Path, options: dict[str, str]) -> Reading:
    """Open a JSON Lines file in UTF-8; the only column is the line.

    Raises
    ------
    SourceUnreadable
        If it has no bytes at all.
    """
    if path.stat().st_size == 0:
        raise SourceUnreadable(
            f"{path.name} is empty. Ask the source to send it again; a day without rows is a file "
            "with an empty line."
        )
    reading = Reading([LINE], iter(()))
    reading.batches = _batches(path, reading)
    return reading


def _batches(path: Path, reading: Reading) -> Iterator[pa.RecordBatch]:
    done = 0
    with path.open("rb") as file:
        while lines := file.readlines(CHUNK):
            numbers = np.arange(done + 1, done + 1 + len(lines))
            done += len(lines)
            column = pa.array([line.strip() for line in lines], pa.binary())
            bad = text_or_none(column)
            for place in np.flatnonzero(bad):
                number = int(numbers[place])
                sentence = f"line {number} is not UTF-8 text."
                reading.unreadable.append(Unreadable(number, lines[place], "not_text", sentence))
            kept = ~bad & np.array([len(value) > 0 for value in column.to_pylist()])
            text = column.filter(pa.array(kept)).cast(pa.string())
            yield pa.record_batch([pa.array(numbers[kept]), text], names=["row_no", LINE])
