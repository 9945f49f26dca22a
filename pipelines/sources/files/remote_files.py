"""Files of an object storage, or of any other file system that a URL names.

What looks as it did when it was landed is not fetched again. Anything else is fetched, with its
sha256, into a file without a name, which is gone with the process however that ends.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from pyarrow import fs

from pipelines.configuration.model import Source
from pipelines.configuration.sources.secrets import Secrets
from pipelines.errors import SourceUnavailable, SourceUnfinished
from pipelines.sources.files import object_storage, still_written
from pipelines.sources.files.decoding import PIECE_BYTES, Content, Reader
from pipelines.sources.files.glob import nothing_to_read, why_by_name
from pipelines.sources.files.object_storage import Storage
from pipelines.sources.interface import Extract, ExtractRequest

ATTEMPTS = 3  # of one whole object
LONGEST_PAUSE = 8  # seconds between them


def arrivals(source: Source, request: ExtractRequest, read: Reader) -> Iterator[Extract]:
    """Yield the objects of a URL, which may be a glob, by name.

    Raises
    ------
    SourceUnavailable
        If the storage does not answer or does not let us in.
    """
    place = object_storage.open_storage(source, Secrets(source.name, request.secret))
    for found in place.find():
        name, stamp = place.name_of(found.path), _stamp(found)
        left = _why_left(name, found, source, request)
        if left:
            yield Extract(name, nothing_to_read, left=left)
            continue
        with tempfile.TemporaryFile(dir=request.home) as file:
            try:
                fetched = _fetch(place, found, file)
            except SourceUnfinished as error:
                yield Extract(name, nothing_to_read, left=str(error))
                continue
            content = Content(found.base_name, fetched.open)
            yield Extract(
                name,
                partial(read, content, source.options),
                digest=fetched.digest,
                byte_count=found.size,
                stamp=stamp,
            )


@dataclass(frozen=True)
class Fetched:
    """The bytes of an object, in an open file without a name; one reads them at a time."""

    file: BinaryIO
    digest: str

    def open(self) -> BinaryIO:
        """Return the bytes from their beginning."""
        again = os.fdopen(os.dup(self.file.fileno()), "rb")
        again.seek(0)
        return again


def _why_left(name: str, found: fs.FileInfo, source: Source, request: ExtractRequest) -> str | None:
    """Return why an object is left where it is; None if it is to be fetched."""
    insists = any(each in (name, found.base_name) or each.endswith(name) for each in request.again)
    stamp, settle = _stamp(found), source.options.get("settle_seconds", 0)
    if stamp and request.stamps.get(name) == stamp and not insists:
        return f"{name} was landed before, and its size and date are the same; passed over."
    if by_name := why_by_name(source, name):
        return by_name
    if not found.mtime or not request.now:
        return None
    return still_written.why_young(name, found.mtime, settle, request.now)


def _stamp(found: fs.FileInfo) -> str | None:
    """Return what an object looks like from outside; None if its storage tells no date."""
    return f"{found.size} bytes of {found.mtime.isoformat()}" if found.mtime else None


def _fetch(place: Storage, found: fs.FileInfo, file: BinaryIO) -> Fetched:
    """Fetch an object; what breaks off is fetched again from its beginning.

    Raises
    ------
    SourceUnavailable
        If it cannot be fetched, or has no room here.
    SourceUnfinished
        If it is gone, or another than the one that was listed.
    """
    import tenacity

    attempts = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_exponential(max=LONGEST_PAUSE),
        retry=tenacity.retry_if_exception_type(OSError)
        & tenacity.retry_if_not_exception_type(FileNotFoundError),
        reraise=True,
    )
    with place.request("fetched"):
        try:
            before = _look(place, found.path)
            digest = attempts(_copy, place, found, file)
            is_same = before[:2] == (found.size, found.mtime) and before == _look(place, found.path)
        except FileNotFoundError:
            is_same = False
    if not is_same:
        raise SourceUnfinished(
            f"{place.name_of(found.path)} changed or went while it was fetched. Nothing of it was "
            "landed; it is tried again the next time."
        )
    file.flush()
    return Fetched(file, digest)


def _look(place: Storage, path: str) -> tuple[Any, ...]:
    """Return what an object is now: size, date, and the tag of its content where there is one."""
    [now] = place.files.get_file_info([path])
    with place.files.open_input_stream(path) as stream:
        return now.size, now.mtime, (stream.metadata() or {}).get("ETag")


def _copy(place: Storage, found: fs.FileInfo, file: BinaryIO) -> str:
    """Copy an object's bytes into a file; return their sha256."""
    digest, count = hashlib.sha256(), 0
    file.seek(0)
    file.truncate()
    with place.files.open_input_stream(found.path) as stream:
        while piece := stream.read(PIECE_BYTES):
            digest.update(piece)
            count += len(piece)
            _write(place, found, piece, file)
    if found.size is not None and count < found.size:
        raise OSError(f"it breaks off after {count:,} of {found.size:,} bytes.")
    return digest.hexdigest()


def _write(place: Storage, found: fs.FileInfo, piece: bytes, file: BinaryIO) -> None:
    try:
        file.write(piece)
    except OSError as error:
        raise SourceUnavailable(
            f"{place.source}: {place.name_of(found.path)} of {found.size:,} bytes has no room in "
            f"NOCTURNE_HOME, where it is fetched to: {error.strerror}. Make room; it is tried "
            "again the next time."
        ) from None
