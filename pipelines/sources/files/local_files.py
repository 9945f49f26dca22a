"""Local files of a source: listed by name, hashed, left alone while they are written."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from pipelines.configuration.model import Source
from pipelines.errors import SourceUnavailable, SourceUnreadable
from pipelines.sources.files import remote_files, still_written
from pipelines.sources.files.decoding import PIECE_BYTES, Content, Reader
from pipelines.sources.files.glob import files_matching, name_of, nothing_to_read, why_by_name
from pipelines.sources.interface import Extract, ExtractRequest, RowStream


def arrivals(source: Source, request: ExtractRequest, read: Reader) -> Iterator[Extract]:
    """Yield the files of a path or glob, by name, or the objects of a URL.

    One that is still being written is left for another time.

    Raises
    ------
    SourceUnavailable
        If a file may not be opened, or the object storage does not answer.
    """
    pattern = source.options["path"]
    if "://" in pattern:
        yield from remote_files.arrivals(source, request, read)
        return
    for path in files_matching(pattern):
        yield _local(source, request, read, path)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def watched(read: Callable[[], RowStream], check: Callable[[], None]) -> RowStream:
    """Read something that may change meanwhile: `check` raises if it did, whatever was read."""
    try:
        reading = read()
    except SourceUnreadable:
        check()
        raise
    reading.batches = _watched(reading.batches, check)
    return reading


def _watched(
    batches: Iterator[pa.RecordBatch], check: Callable[[], None]
) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except SourceUnreadable:
        check()
        raise
    check()


def _local(source: Source, request: ExtractRequest, read: Reader, path: Path) -> Extract:
    name = name_of(source.options["path"], path)
    try:
        left = why_by_name(source, name) or still_written.why(
            path, name, source.options.get("settle_seconds", 0), request.now
        )
        if left:
            return Extract(name, nothing_to_read, left=left)
        seen = still_written.look(path)
        digest = sha256_of(path)
    except FileNotFoundError:
        left = f"{name} is no longer there; it was when the folder was looked at."
        return Extract(name, nothing_to_read, left=left)
    except OSError as error:
        raise SourceUnavailable(
            f"{source.name}: {name} cannot be opened: {error.strerror}. Give the account that "
            "lands the right to read it; it is tried again the next time."
        ) from None
    content = Content(path.name, lambda: path.open("rb"))
    return Extract(
        name,
        lambda: watched(
            lambda: read(content, source.options),
            lambda: still_written.refuse_if_changed(path, name, seen),
        ),
        digest=digest,
        byte_count=seen.size,
    )
