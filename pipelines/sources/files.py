"""What every reader of files shares: finding them, naming their bytes, leaving unfinished ones."""

import glob
import hashlib
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.configuration import Source
from pipelines.errors import SourceUnavailable, SourceUnreadable
from pipelines.sources import unfinished
from pipelines.sources.reading import Arrival, Asked, Reading
from pipelines.sources.streams import PIECE_BYTES, Content

Reader = Callable[[Content, dict[str, Any]], Reading]


def arrivals(source: Source, asked: Asked, read: Reader) -> Iterator[Arrival]:
    """Yield the files of a path or glob, by name, or the objects of a URL.

    One that is still being written is left for another time.

    Raises
    ------
    SourceUnavailable
        If a file may not be opened, or the object storage does not answer.
    """
    pattern = source.options["path"]
    if "://" in pattern:
        from pipelines.sources import remote

        yield from remote.arrivals(source, asked, read)
        return
    for path in find(pattern):
        yield _local(source, asked, read, path)


def find(pattern: str) -> list[Path]:
    """Return the files of a path or glob, by name."""
    found = glob.glob(pattern, recursive=True)
    return sorted(Path(match) for match in found if Path(match).is_file())


def name_of(pattern: str, path: Path) -> str:
    """Return what a found file is called: its path below the folders that the pattern names."""
    folder = Path(*itertools.takewhile(is_fixed, Path(pattern).parts))
    return path.name if folder == path else str(path.relative_to(folder))


def is_fixed(part: str) -> bool:
    """Return whether a part of a path has no wildcard."""
    return not re.search(r"[*?[]", part)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def watched(read: Callable[[], Reading], check: Callable[[], None]) -> Reading:
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


def why_by_name(source: Source, name: str) -> str | None:
    """Return why a name says that a file is left; one that the path itself names never is."""
    return None if is_fixed(source.options["path"]) else unfinished.why_by_name(name)


def nothing_to_read() -> Reading:
    """Be what an arrival that is left has for a reading: nobody asks for it."""
    raise AssertionError("what is left is not read")


def _local(source: Source, asked: Asked, read: Reader, path: Path) -> Arrival:
    name = name_of(source.options["path"], path)
    try:
        left = why_by_name(source, name) or unfinished.why(
            path, name, source.options.get("settle_seconds", 0), asked.now
        )
        if left:
            return Arrival(name, nothing_to_read, left=left)
        seen = unfinished.look(path)
        digest = sha256_of(path)
    except FileNotFoundError:
        left = f"{name} is no longer there; it was when the folder was looked at."
        return Arrival(name, nothing_to_read, left=left)
    except OSError as error:
        raise SourceUnavailable(
            f"{source.name}: {name} cannot be opened: {error.strerror}. Give the account that "
            "lands the right to read it; it is tried again the next time."
        ) from None
    content = Content(path.name, lambda: path.open("rb"))
    return Arrival(
        name,
        lambda: watched(
            lambda: read(content, source.options),
            lambda: unfinished.refuse_if_changed(path, name, seen),
        ),
        digest=digest,
        byte_count=seen.size,
    )
