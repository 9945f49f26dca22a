"""Draw the first and the last rows of files as texts per column, by the reader of their kind."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from pipelines.errors import SourceUnreadable
from pipelines.first_config.file_form import FileForm, content_of
from pipelines.sources.files.decoding import COMPRESSIONS, Content
from pipelines.sources.interface import RowStream
from pipelines.sources.readers import reader_of

MOST_ROWS = 50_000
END_BYTES = 64 << 10  # of a file that is longer: a file is mostly written day by day
Texts = list[str | None]
Row = dict[str, str | None]


@dataclass
class Sample:
    """Rows of some files, column by column; `explode` is the path of the objects they are of."""

    columns: dict[str, Texts] = field(default_factory=dict)
    row_count: int = 0
    of_one_file: int | None = None  # so many rows are of the first file that was read
    is_whole: bool = True
    has_end: bool = True  # the last rows of the last file are among them
    unreadable_count: int = 0
    explode: str | None = None

    def add(self, rows: list[Row]) -> None:
        """Add rows; a column that is new was empty before."""
        for name in dict.fromkeys(name for row in rows for name in row):
            column = self.columns.setdefault(name, [])
            column += [None] * (self.row_count - len(column))
            column += [row.get(name) for row in rows]
        self.row_count += len(rows)
        for column in self.columns.values():
            column += [None] * (self.row_count - len(column))


def sample_of(paths: list[Path], form: FileForm) -> Sample:
    """Return the first rows of files, the last of them by name first, and that one's last rows.

    Raises
    ------
    SourceUnreadable
        If one of them cannot be read, or has no rows or no column names.
    """
    sample = Sample()
    for path in reversed(paths):
        if sample.row_count >= MOST_ROWS:
            sample.is_whole = False
            break
        reading = reader_of(form.kind).read(content_of(path), form.options)
        _draw(reading, sample)
        sample.unreadable_count += len(reading.unreadable)
        if sample.of_one_file is None:
            sample.has_end = sample.is_whole or _draw_end(path, form, sample)
            sample.of_one_file = sample.row_count
    if not sample.row_count:
        names = ", ".join(path.name for path in paths)
        raise SourceUnreadable(f"{names} has no rows to look at: show a file that has some.")
    return sample


def _draw(reading: RowStream, sample: Sample) -> None:
    """Add rows of a file to the sample, as far as there is room."""
    if not reading.is_lines:
        sample.add([])
        for name in reading.columns:
            sample.columns.setdefault(name, [None] * sample.row_count)
    for batch in reading.batches:
        room = MOST_ROWS - sample.row_count
        rows = batch.slice(0, room).drop_columns(["row_no"]).to_pylist()
        sample.add(_objects(rows, sample) if reading.is_lines else rows)
        if batch.num_rows > room:
            sample.is_whole = False
            if hasattr(reading.batches, "close"):
                reading.batches.close()
            return


def _draw_end(path: Path, form: FileForm, sample: Sample) -> bool:
    """Add the last rows of a long file, as a file of its header and them; return whether it can."""
    if path.suffix in COMPRESSIONS or form.kind == "parquet":
        return False
    if codecs.lookup(form.encoding).name.startswith(("utf-16", "utf-32")):
        return False
    with path.open("rb") as file:
        head = file.readline() if form.kind == "csv" else b""
        file.seek(-END_BYTES, 2)
        file.readline()  # the rest of a row
        rows = file.read()
    reader = reader_of(form.kind)
    try:
        reading = reader.read(Content(path.name, lambda: BytesIO(head + rows)), form.options)
        if not reading.is_lines and set(reading.columns) != set(sample.columns):
            return False  # a header of several lines
        for batch in reading.batches:
            drawn = batch.drop_columns(["row_no"]).to_pylist()
            sample.add(_objects(drawn, sample) if reading.is_lines else drawn)
    except SourceUnreadable:
        return False
    return True


def _objects(lines: list[Row], sample: Sample) -> list[Row]:
    """Return the fields of JSON objects: names, and paths of what is nested.

    Where an object has a list of objects, as orders have their lines, each of them is a row.
    """
    rows: list[Row] = []
    for line in lines:
        try:
            parsed = json.loads(line["line"] or "", parse_float=str, parse_int=str)
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            sample.unreadable_count += 1
            continue
        listed = _list_in(parsed)
        if listed and sample.explode in (None, f"$.{listed}[*]"):
            sample.explode = f"$.{listed}[*]"
        outer = dict(_fields(parsed, "$"))
        elements = parsed.get(listed, []) if sample.explode and listed else [None]
        rows += [outer | dict(_fields(each, "@") if each else ()) for each in elements]
    return rows


def _list_in(parsed: dict[str, Any]) -> str | None:
    """Return the first field that is a list of objects, if a path may name it plainly."""
    for name, value in parsed.items():
        if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            return name if name.isidentifier() else None
    return None


def _fields(parsed: dict[str, Any], root: str) -> Iterator[tuple[str, str | None]]:
    """Yield the plain values of an object, by their names or paths."""
    for name, value in parsed.items():
        if isinstance(value, dict) and name.isidentifier():
            for path, inner in _fields(value, f"{root}.{name}"):
                is_path = path.startswith(("$", "@"))
                yield path if is_path else f"{root}.{name}.{path}", inner
        elif not isinstance(value, list | dict):
            is_top = root == "$"
            if is_top or name.isidentifier():
                yield name if is_top else f"{root}.{name}", _plain(value)


def _plain(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
