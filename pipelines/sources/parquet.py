"""Read a Parquet file as text, a row group's slice at a time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet

from pipelines.errors import SourceUnreadable
from pipelines.sources.files import Reading, as_text

BATCH_ROWS = 64 * 1024


def read(path: Path, options: dict[str, str]) -> Reading:
    """Open a Parquet file; `options` is not used, Parquet says itself what it is.

    Raises
    ------
    SourceUnreadable
        If it is truncated or not Parquet.
    """
    try:
        file = arrow_parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceUnreadable(
            f"{path.name} cannot be read as Parquet: {error}. Ask the source to send it again."
        ) from None
    flat = [field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)]
    return Reading(flat, _batches(path, file, flat))


def _batches(
    path: Path, file: arrow_parquet.ParquetFile, columns: list[str]
) -> Iterator[pa.RecordBatch]:
    done = 0
    try:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=columns):
            numbers = pa.array(np.arange(done + 1, done + 1 + batch.num_rows))
            done += batch.num_rows
            text = [as_text(_decoded(column)) for column in batch.columns]
            yield pa.record_batch([numbers, *text], names=["row_no", *columns])
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceUnreadable(
            f"{path.name} breaks off after row {done}: {error}. Nothing of it was landed."
        ) from None


def _decoded(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
