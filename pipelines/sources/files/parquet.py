"""Read a Parquet file as text, a bounded slice of a row group at a time."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet

from pipelines.configuration.model import Source
from pipelines.errors import SourceUnreadable
from pipelines.sources.files import decoding, local_files
from pipelines.sources.files.decoding import Content
from pipelines.sources.files.parquet_text import to_text
from pipelines.sources.files.unreadable_rows import UnreadableRows, as_text, no_text
from pipelines.sources.interface import Extract, ExtractRequest, RowStream

MOST_ROWS = 64 * 1024
BATCH_BYTES = 16 << 20


def arrivals(source: Source, request: ExtractRequest) -> Iterator[Extract]:
    """Yield the Parquet files of a source, by name."""
    return local_files.arrivals(source, request, read)


def read(content: Content, options: dict[str, Any]) -> RowStream:
    """Open a Parquet file; `options` is not used, Parquet says itself what it is.

    Raises
    ------
    SourceUnreadable
        If it is truncated or not Parquet, or names a column twice.
    """
    name = content.name
    opened = content.open()
    try:  # without pre-buffering: a row group may be larger than memory
        file = arrow_parquet.ParquetFile(opened, pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowException, OSError) as error:
        opened.close()
        with content.open() as again:
            head = again.read(64)
        if not head.startswith(b"PAR1"):
            decoding.refuse_other_formats(name, head)
        raise SourceUnreadable(
            f"{name} cannot be read as Parquet: {error}. Ask the source to send it again."
        ) from None
    columns = file.schema_arrow.names
    repeated = sorted({each for each in columns if columns.count(each) > 1})
    if repeated:
        raise SourceUnreadable(f"{name} has the column {', '.join(repeated)} twice.")
    reading = RowStream(columns, iter(()))
    reading.batches = _batches(name, file, UnreadableRows(name, reading))
    return reading


def _batches(
    name: str, file: arrow_parquet.ParquetFile, set_aside: UnreadableRows
) -> Iterator[pa.RecordBatch]:
    done = 0
    try:
        for batch in file.iter_batches(batch_size=_batch_rows(file), use_threads=False):
            numbers = np.arange(done + 1, done + 1 + batch.num_rows)
            done += batch.num_rows
            columns = [to_text(column) for column in batch.columns]
            yield _rows(batch.schema.names, columns, numbers, set_aside)
    except (pa.ArrowException, OSError) as error:
        raise SourceUnreadable(
            f"{name} breaks off after row {done}: {error}. Nothing of it was landed."
        ) from None
    finally:
        file.close(force=True)


def _batch_rows(file: arrow_parquet.ParquetFile) -> int:
    """Return how many rows may be read at once: fewer where they are long."""
    found = file.metadata
    groups = [found.row_group(n) for n in range(found.num_row_groups)]
    longest = max((g.total_byte_size // max(g.num_rows, 1) for g in groups), default=0)
    return max(1, min(MOST_ROWS, BATCH_BYTES // max(longest, 1)))


def _rows(
    names: list[str], columns: list[pa.Array], numbers: np.ndarray, set_aside: UnreadableRows
) -> pa.RecordBatch:
    """Return the rows that are text; set aside the others, as JSON."""
    bad = np.zeros(len(numbers), dtype=bool)
    for column in columns:
        bad |= no_text(column)
    for place in np.flatnonzero(bad):
        number = int(numbers[place])
        cells = {
            name: _shown(column[int(place)]) for name, column in zip(names, columns, strict=True)
        }
        sentence = f"row {number} has a text that is not UTF-8, or a NUL in one."
        content = json.dumps(cells, ensure_ascii=False).encode("utf-8", "surrogateescape")
        set_aside(number, content, "not_text", sentence)
    kept = pa.array(~bad)
    texts = [as_text(column.filter(kept).cast(pa.string())) for column in columns]
    return pa.record_batch([pa.array(numbers[~bad]), *texts], names=["row_no", *names])


def _shown(cell: pa.Scalar) -> str | None:
    value = cell.as_py()
    return None if value is None else value.decode("utf-8", "surrogateescape")
