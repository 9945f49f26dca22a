"""Read a CSV file as text: header first, then batches of bounded size; damaged rows set aside."""

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from pipelines.configuration.model import Source
from pipelines.errors import SourceUnreadable
from pipelines.sources.files import csv_records, decoding, local_files
from pipelines.sources.files.decoding import Content
from pipelines.sources.files.unreadable_rows import UnreadableRows, as_text, is_text
from pipelines.sources.interface import Extract, ExtractRequest, RowStream

RAGGED = "ragged_row"
SLOW_BYTES = 16 << 10  # of a damaged block are read row by row, 100,000 rows a second


def arrivals(source: Source, request: ExtractRequest) -> Iterator[Extract]:
    """Yield the CSV files of a source, by name."""
    return local_files.arrivals(source, request, read)


def read(content: Content, options: dict[str, Any]) -> RowStream:
    """Open a CSV file with one header line.

    Raises
    ------
    SourceUnreadable
        If it is empty, or its header is no text in the declared encoding, names a column twice or
        comes after a line that Excel reads the delimiter from.
    """
    encoding, delimiter = options["encoding"], options["delimiter"]
    pieces = decoding.pieces(content, encoding)
    held, found = b"", None
    while found is None:
        piece = next(pieces, None)
        held += b"\n" if piece is None else piece
        found = csv_records.header(held, delimiter)
        if found is None and (piece is None or len(held) > csv_records.ROW_BYTES):
            _no_header(content.name, held)
    _refuse_separator_line(content.name, held)
    names = _names(content.name, found.cells, encoding)
    reading = RowStream(names, iter(()))
    layout = CsvLayout(content.name, tuple(names), encoding, delimiter)
    rest = chain([held[found.end :]], pieces)
    reading.batches = _Rows(layout, UnreadableRows(content.name, reading)).batches(rest)
    return reading


@dataclass(frozen=True)
class CsvLayout:
    """How a CSV file is written."""

    name: str
    columns: tuple[str, ...]
    encoding: str
    delimiter: str

    def options(self, byte_count: int, on_ragged: Callable[[Any], str]) -> dict[str, Any]:
        """What Arrow is to make of a block that is known to be text: empty is null."""
        return {
            "read_options": arrow_csv.ReadOptions(
                block_size=byte_count + 1, use_threads=False, column_names=self.columns
            ),
            "parse_options": arrow_csv.ParseOptions(
                delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=on_ragged
            ),
            "convert_options": arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(self.columns, pa.string()),
                check_utf8=False,
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        }


def _no_header(name: str, held: bytes) -> None:
    if not held.strip():
        raise SourceUnreadable(
            f"{name} is empty: not even a header. Ask the source to send it again; a day without "
            "rows is a file with its header."
        )
    raise SourceUnreadable(
        f"{name} cannot be read as CSV: its header does not end; a quote in it may never be "
        "closed. Nothing of it was landed."
    )


def _refuse_separator_line(name: str, held: bytes) -> None:
    line = held.lstrip(csv_records.ENDS)[:20]
    found = re.match(rb'"?sep=([^\r\n"]?)"?[\r\n]', line, re.IGNORECASE)
    if found:
        delimiter = found[1].decode(errors="replace")
        raise SourceUnreadable(
            f"the first line of {name} is Excel's `sep={delimiter}`, not its header. Have the file "
            f"sent without that line, and say `delimiter: {delimiter!r}` in sources.yml."
        )


def _names(name: str, cells: list[bytes], encoding: str) -> list[str]:
    """Return the names of a header's columns; one without a name is called by its place."""
    if cells[0].startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceUnreadable(
            f"{name} is UTF-16, sources.yml says {encoding}. Set `encoding: utf-16` or have it "
            "sent as UTF-8."
        )
    if not is_text(b"".join(cells)):
        raise SourceUnreadable(
            f"the header of {name} is not {encoding} text. Set `encoding:` in sources.yml to what "
            "it is."
        )
    names = [
        cell.decode() if cell.strip() else f"column_{n}" for n, cell in enumerate(cells, start=1)
    ]
    repeated = sorted({each for each in names if names.count(each) > 1})
    if repeated:
        raise SourceUnreadable(
            f"{name} has the column {', '.join(repeated)} twice: which is meant? Ask the source "
            "for a header that names each once."
        )
    return names


class _Rows:
    """Makes batches of the records of one file, and counts them."""

    def __init__(self, layout: CsvLayout, aside: UnreadableRows):
        self._layout, self._set_aside, self._done = layout, aside, 0

    def batches(self, pieces: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
        """Yield the good rows of a file; what is left over of a piece goes before the next."""
        held = b""
        for piece in pieces:
            held = yield from self._whole(held + piece)
        held = yield from self._whole(held + b"\n")
        yield from self._slowly(held, is_last=True)

    def _whole(self, held: bytes) -> Generator[pa.RecordBatch, None, bytes]:
        """Yield the whole records of what is held; return what is left."""
        while True:
            end, is_clean = csv_records.whole(held, self._layout.delimiter)
            if end:
                read = yield from self._block(held[:end], is_clean=is_clean)
                held = held[read:]
            elif len(held) > csv_records.ROW_BYTES:
                held = self._without_first_line(held)
            else:
                return held

    def _block(self, block: bytes, *, is_clean: bool) -> Generator[pa.RecordBatch, None, int]:
        """Yield the rows of a block of whole records; return how much of it was read.

        Where something in it is damaged, halves of it are tried: most of them are sound.
        """
        found = self._quickly(block) if is_clean and is_text(block) else None
        if found is not None:
            yield from found
            return len(block)
        half = block[: len(block) // 2] if len(block) > SLOW_BYTES else b""
        middle, is_clean = csv_records.whole(half, self._layout.delimiter)
        if not middle:
            return (yield from self._slowly(block))
        read = yield from self._block(block[:middle], is_clean=is_clean)
        if read == middle:  # else a record that was mended goes on in the second half
            rest = block[middle:]
            _, is_clean = csv_records.whole(rest, self._layout.delimiter)
            read += yield from self._block(rest, is_clean=is_clean)
        return read

    def _quickly(self, block: bytes) -> list[pa.RecordBatch] | None:
        """Return the rows as Arrow reads them; None if a damaged one takes several lines."""
        ragged: list[arrow_csv.InvalidRow] = []

        def set_aside(row: arrow_csv.InvalidRow) -> str:
            ragged.append(row)
            return "skip"

        options = self._layout.options(len(block), set_aside)
        if block.startswith(decoding.BOM):  # Arrow takes away one at the beginning of every block
            block = decoding.BOM + block
        table = arrow_csv.read_csv(pa.BufferReader(block), **options).combine_chunks()
        if any("\n" in row.text or "\r" in row.text for row in ragged):
            return None
        numbers = _numbers(table.num_rows, [row.number for row in ragged]) + self._done
        for row in ragged:
            fault = csv_records.ragged(row.actual_columns, row.expected_columns)
            self._aside(row.number, row.text.encode(), RAGGED, fault)
        self._done += table.num_rows + len(ragged)
        return table.add_column(0, "row_no", pa.array(numbers)).to_batches()

    def _slowly(
        self, block: bytes, *, is_last: bool = False
    ) -> Generator[pa.RecordBatch, None, int]:
        """Yield the rows of a block read one by one; return how much of it was read."""
        shape = csv_records.RowShape(len(self._layout.columns), self._layout.delimiter)
        sifted = csv_records.sift(block, shape, is_last=is_last)
        for damaged in sifted.asides:
            self._aside(damaged.at + 1, damaged.content, RAGGED, damaged.sentence)
        rows, numbers, is_sound = [], [], is_text(block)
        for place, content, cells in zip(sifted.places, sifted.contents, sifted.rows, strict=True):
            if is_sound or is_text(content):
                rows.append(cells)
                numbers.append(self._done + place + 1)
            else:
                self._aside(place + 1, content, "not_text", _no_text(content, self._layout))
        self._done += sifted.count
        if rows:
            texts = (pa.array(column, pa.binary()) for column in zip(*rows, strict=True))
            names = ["row_no", *self._layout.columns]
            yield pa.record_batch([pa.array(numbers), *map(as_text, texts)], names=names)
        return sifted.end

    def _without_first_line(self, held: bytes) -> bytes:
        """Set aside the first line of a record that does not end; return what follows it."""
        end = csv_records.line_end(held, 0)
        if end > csv_records.ROW_BYTES:
            raise SourceUnreadable(
                f"{self._layout.name} cannot be read as CSV: row {self._done + 1:,} is longer than "
                f"{csv_records.ROW_BYTES >> 20} MiB. Is it text, and are its lines ended? Nothing "
                "of it was landed."
            )
        self._aside(1, held[:end].rstrip(csv_records.ENDS), RAGGED, csv_records.NEVER_CLOSED)
        self._done += 1
        return held[end:]

    def _aside(self, place: int, content: bytes, rule: str, fault: str) -> None:
        number = self._done + place
        content = decoding.original(content, self._layout.encoding)
        self._set_aside(number, content, rule, f"row {number} {fault}")


def _no_text(content: bytes, layout: CsvLayout) -> str:
    if b"\x00" in content:
        return "has a NUL byte, which no text in the database may have."
    return f"is not {layout.encoding} text: set `encoding:` in sources.yml to what it is."


def _numbers(count: int, ragged: list[int]) -> np.ndarray:
    """Return the row numbers, from 1, of `count` good rows among ragged ones."""
    places = np.array(ragged, dtype=np.int64)
    good_before = places - np.arange(1, len(places) + 1)  # good rows before each ragged one
    good = np.arange(count)
    return good + 1 + np.searchsorted(good_before, good, side="right")
