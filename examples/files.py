"""Files of the demo shop appear whole or not at all, and equal content gives equal bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place once everything is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as out:
        yield out
    part.replace(path)


def write_csv(path: Path, table: pa.Table) -> None:
    """Write text columns that need no quotes as CSV with a plain header; null is empty."""
    unquoted = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    with replacing(path) as out:
        out.write((",".join(table.column_names) + "\n").encode())
        pa.csv.write_csv(table, out, unquoted)


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as Parquet without pandas' own metadata."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    with replacing(path) as out:
        pa.parquet.write_table(table, out)


def write_jsonl(path: Path, *frames: pd.DataFrame) -> None:
    """Write the frames' rows, one JSON object per line, frame after frame."""
    with replacing(path) as out:
        for frame in frames:
            lines = frame.to_json(orient="records", lines=True) if len(frame) else ""
            out.write(lines.replace("\\/", "/").encode())
