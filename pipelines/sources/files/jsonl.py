"""Read a JSON Lines file line by line as text; the database takes the objects apart."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.configuration.model import Source
from pipelines.errors import SourceUnreadable
from pipelines.sources.files import decoding, local_files
from pipelines.sources.files.decoding import Content
from pipelines.sources.files.unreadable_rows import UnreadableRows, is_text
from pipelines.sources.interface import LINE, Extract, ExtractRequest, RowStream

LINE_BYTES = 8 << 20
SCHEMA = pa.schema([("row_no", pa.int64()), (LINE, pa.string())])


def arrivals(source: Source, request: ExtractRequest) -> Iterator[Extract]:
    """Yield the JSON Lines files of a source, by name."""
    return local_files.arrivals(source, request, read)


def read(content: Content, options: dict[str, Any]) -> RowStream:
    """Open a JSON Lines file; the only column is the line, row numbers are those of lines.

    Raises
    ------
    SourceUnreadable
        If it has no bytes at all.
    """
    pieces = decoding.pieces(content, options["encoding"])
    first = next(pieces, b"")
    if not first:
        raise SourceUnreadable(
            f"{content.name} is empty. Ask the source to send it again; a day without rows is a "
            "file with an empty line."
        )
    reading = RowStream([LINE], iter(()))
    lines = _whole_lines(content.name, first, pieces)
    reading.batches = _batches(lines, options["encoding"], UnreadableRows(content.name, reading))
    return reading


def _whole_lines(name: str, held: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield blocks of whole lines, the last one ended if it was not."""
    for piece in pieces:
        end = held.rfind(b"\n") + 1
        if end:
            yield held[:end]
        held = held[end:] + piece
        if len(held) > LINE_BYTES + decoding.PIECE_BYTES:
            raise SourceUnreadable(
                f"{name} cannot be read as JSON Lines: a line of it is longer than "
                f"{LINE_BYTES >> 20} MiB. Each object must stand on a line of its own. Nothing of "
                "it was landed."
            )
    if held:
        yield held if held.endswith(b"\n") else held + b"\n"


def _batches(
    blocks: Iterator[bytes], encoding: str, set_aside: UnreadableRows
) -> Iterator[pa.RecordBatch]:
    done = 0
    for block in blocks:
        is_sound = is_text(block)
        ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord("\n")) + 1
        numbers = np.arange(done + 1, done + 1 + len(ends))
        done += len(ends)
        offsets = pa.py_buffer(np.append(0, ends).astype(np.int32))
        lines = pa.Array.from_buffers(pa.binary(), len(ends), [None, offsets, pa.py_buffer(block)])
        if not is_sound:
            kept = _set_no_text_aside(lines, numbers, encoding, set_aside)
            lines, numbers = lines.filter(pa.array(kept)), numbers[kept]
        text = pc.ascii_trim_whitespace(lines.cast(pa.string()))
        batch = pa.record_batch([pa.array(numbers), text], schema=SCHEMA)
        yield batch.filter(pc.greater(pc.binary_length(text), 0))


def _set_no_text_aside(
    lines: pa.Array, numbers: np.ndarray, encoding: str, set_aside: UnreadableRows
) -> np.ndarray:
    """Set the lines aside that are no text; return which ones are, as bool (n,)."""
    kept = np.ones(len(lines), dtype=bool)
    for place, line in enumerate(lines.to_pylist()):
        if is_text(line):
            continue
        kept[place] = False
        number, content = int(numbers[place]), decoding.original(line.rstrip(b"\r\n"), encoding)
        set_aside(number, content, "not_text", f"line {number} is not {encoding} text.")
    return kept
