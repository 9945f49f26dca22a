"""Read a CSV file as text: header first, then batches of bounded size; ragged rows set aside."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from pipelines.errors import SourceUnreadable
from pipelines.sources.files import Reading, Unreadable, as_text, text_or_none

BLOCK_BYTES = 4 << 20  # a row longer than a block cannot be read


def read(path: Path, options: dict[str, str]) -> Reading:
    """Open a CSV file with one header line.

    Raises
    ------
    SourceUnreadable
        If it is empty, or its header is no text in the declared encoding.
    """
    columns = _header(path, options)
    reading = Reading(columns, iter(()))
    reading.batches = _batches(path, options, reading)
    return reading


def _header(path: Path, options: dict[str, str]) -> list[str]:
    with path.open("rb") as file:
        line = file.readline(BLOCK_BYTES)
    if not line.strip():
        raise SourceUnreadable(
            f"{path.name} is empty: not even a header. Ask the source to send it again; a day "
            "without rows is a file with its header."
        )
    encoding = options["encoding"]
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) and not encoding.startswith("utf-16"):
        raise SourceUnreadable(
            f"{path.name} is UTF-16, sources.yml says {encoding}. Set `encoding: utf-16` or have "
            "it sent as UTF-8."
        )
    try:
        names = next(iter(_parse(line.decode(encoding), options["delimiter"])))
    except UnicodeDecodeError as error:
        raise SourceUnreadable(
            f"the header of {path.name} is not {encoding}: {error.reason}. Set `encoding:` in "
            "sources.yml to what it is."
        ) from None
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise SourceUnreadable(f"{path.name} has the column {', '.join(repeated)} twice.")
    return names


def _parse(line: str, delimiter: str) -> Iterator[list[str]]:
    import csv

    return iter(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter))


def _batches(path: Path, options: dict[str, str], reading: Reading) -> Iterator[pa.RecordBatch]:
    ragged: list[int] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row.number - 1)  # the reader counts the header
        sentence = (
            f"row {row.number - 1} has {row.actual_columns} values, the header "
            f"{row.expected_columns}: look for an unquoted delimiter or a cut-off line."
        )
        content = row.text.encode("utf-8", "surrogateescape")
        reading.unreadable.append(Unreadable(row.number - 1, content, "ragged_row", sentence))
        return "skip"

    try:
        stream = arrow_csv.open_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                block_size=BLOCK_BYTES,
                use_threads=False,
                encoding=options["encoding"],
                column_names=reading.columns,
                skip_rows=1,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=options["delimiter"],
                newlines_in_values=True,
                invalid_row_handler=set_aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.binary() for name in reading.columns},
                strings_can_be_null=False,
            ),
        )
        done = 0
        for batch in stream:
            numbers = _numbers(done, batch.num_rows, ragged)
            done += batch.num_rows
            yield _text(batch, numbers, reading)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        raise SourceUnreadable(
            f"{path.name} cannot be read as CSV: {error}. Nothing of it was landed."
        ) from None


def _numbers(done: int, count: int, ragged: list[int]) -> np.ndarray:
    """Return the row numbers, from 1, of `count` good rows after `done` of them."""
    places = np.sort(np.array(ragged, dtype=np.int64))
    good_before = places - np.arange(1, len(places) + 1)  # good rows before each ragged one
    good = np.arange(done, done + count)
    return good + 1 + np.searchsorted(good_before, good, side="right")


def _text(batch: pa.RecordBatch, numbers: np.ndarray, reading: Reading) -> pa.RecordBatch:
    bad = np.zeros(batch.num_rows, dtype=bool)
    for column in batch.columns:
        bad |= text_or_none(column)
    for place in np.flatnonzero(bad):
        content = b",".join(column[int(place)].as_py() for column in batch.columns)
        sentence = f"row {numbers[place]} is not UTF-8 text: set `encoding:` in sources.yml."
        reading.unreadable.append(Unreadable(int(numbers[place]), content, "not_text", sentence))
    if bad.any():
        batch = batch.filter(pa.array(~bad))
        numbers = numbers[~bad]
    columns = [as_text(column.cast(pa.string())) for column in batch.columns]
    return pa.record_batch([pa.array(numbers), *columns], names=["row_no", *batch.schema.names])
