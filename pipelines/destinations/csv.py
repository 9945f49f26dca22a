"""CSV in UTF-8 with a header; null is empty, the members of a list stand between bars."""

from pathlib import Path

import pyarrow as pa
from pyarrow import compute, csv

LIST_SEPARATOR = "|"


class FileWriter:
    """Writes one CSV file."""

    def __init__(self, path: Path, schema: pa.Schema):
        flat = pa.schema([(f.name, pa.string() if _is_list(f) else f.type) for f in schema])
        options = csv.WriteOptions(quoting_style="needed")
        self._writer = csv.CSVWriter(str(path), flat, write_options=options)
        self._flat = flat

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""
        cells = [
            compute.binary_join(batch[f.name], LIST_SEPARATOR) if _is_list(f) else batch[f.name]
            for f in batch.schema
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(cells, schema=self._flat))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def _is_list(field: pa.Field) -> bool:
    return bool(pa.types.is_list(field.type))
