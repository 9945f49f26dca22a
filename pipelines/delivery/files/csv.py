"""CSV in UTF-8 with a header; null is empty, the members of a list stand between bars."""

from pathlib import Path

import pyarrow as pa
from pyarrow import compute, csv

LIST_SEPARATOR = "|"
# What makes a spreadsheet take a text for a formula, full-width forms included; OWASP, "CSV
# Injection". An apostrophe before it makes it text again.
FORMULA = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"


class FileWriter:
    """Writes one CSV file, whose texts a spreadsheet takes for no formulas if that is asked for."""

    def __init__(self, path: Path, schema: pa.Schema, neutralise_formulas: bool = False):
        flat = pa.schema([(f.name, pa.string() if _is_list(f) else f.type) for f in schema])
        options = csv.WriteOptions(quoting_style="needed")
        self._writer = csv.CSVWriter(str(path), flat, write_options=options)
        self._flat = flat
        self._neutralise = neutralise_formulas

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""
        cells = [
            compute.binary_join(batch[f.name], LIST_SEPARATOR) if _is_list(f) else batch[f.name]
            for f in batch.schema
        ]
        if self._neutralise:
            cells = [_as_text(cell) if pa.types.is_string(cell.type) else cell for cell in cells]
        self._writer.write_batch(pa.RecordBatch.from_arrays(cells, schema=self._flat))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def _as_text(cells: pa.Array) -> pa.Array:
    """Return texts with an apostrophe before what a spreadsheet would compute."""
    quoted = compute.binary_join_element_wise("'", cells, "")
    return compute.if_else(compute.match_substring_regex(cells, FORMULA), quoted, cells)


def _is_list(field: pa.Field) -> bool:
    return bool(pa.types.is_list(field.type))
