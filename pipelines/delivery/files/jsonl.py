"""JSON Lines in UTF-8: one person a line; days as text, amounts as numbers."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa


class FileWriter:
    """Writes one JSON Lines file."""

    def __init__(self, path: Path, schema: pa.Schema):
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""
        for person in batch.to_pylist():
            self._file.write(json.dumps(person, ensure_ascii=False, default=_plain) + "\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _plain(cell: object) -> object:
    """Return a day as text and an amount as a number; 15 digits hold any person's spend."""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return float(cell)
    raise TypeError(f"{type(cell).__name__} has no place in JSON")
