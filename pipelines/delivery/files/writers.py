"""Writers of export files, one per kind."""

from importlib import import_module
from pathlib import Path
from typing import Protocol

import pyarrow as pa


class Writer(Protocol):
    """Takes the rows of one file as Arrow batches, in order."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""

    def close(self) -> None:
        """Finish the file."""


def open_writer(
    kind: str, path: Path, schema: pa.Schema, *, neutralise_formulas: bool = False
) -> Writer:
    """Begin a file of a kind; nothing is kept in memory but the batch at hand."""
    make = import_module(f"pipelines.delivery.files.{kind}").FileWriter
    writer: Writer = make(path, schema, True) if neutralise_formulas else make(path, schema)
    return writer
