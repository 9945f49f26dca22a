"""Parquet with typed columns, a row group per batch."""

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet


class FileWriter:
    """Writes one Parquet file."""

    def __init__(self, path: Path, schema: pa.Schema):
        self._writer = parquet.ParquetWriter(path, schema)

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
