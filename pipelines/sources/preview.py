"""Open the newest extract of a source for a look, without fetching or keeping anything."""

from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa

from pipelines.configuration.model import Source
from pipelines.configuration.sources.secrets import Secrets
from pipelines.errors import SourceUnavailable
from pipelines.sources.files import glob, object_storage, still_written
from pipelines.sources.files.decoding import Content
from pipelines.sources.http import pages
from pipelines.sources.interface import LINE, Extract, ExtractRequest, RowStream
from pipelines.sources.query import select
from pipelines.sources.readers import reader_of
from pipelines.sources.sql import extract


def newest(source: Source, request: ExtractRequest) -> Extract | None:
    """Return what of a source came last, without its digest; None if nothing is there.

    Of an API that is its first page, of a database its rows from the beginning.

    Raises
    ------
    SourceUnavailable
        If the source cannot be reached now.
    """
    if "path" not in source.options:
        return {"sql": _rows, "http": _page, "query": _query}[source.kind](source, request)
    if "://" in source.options["path"]:
        return _object(source, request)
    return _file(source, request)


def _file(source: Source, request: ExtractRequest) -> Extract | None:
    pattern = source.options["path"]
    try:
        found = max(
            glob.files_matching(pattern), key=lambda path: (path.stat().st_mtime, path.name)
        )
        byte_count = found.stat().st_size
        found.open("rb").close()
    except ValueError:  # there is none
        return None
    except OSError as error:
        raise SourceUnavailable(
            f"{source.name}: {error.filename} cannot be opened: {error.strerror}. Give the account "
            "that lands the right to read it."
        ) from None
    name = glob.name_of(pattern, found)
    settle = source.options.get("settle_seconds", 0)
    left = glob.why_by_name(source, name) or still_written.why(found, name, settle, request.now)
    content = Content(found.name, lambda: found.open("rb"))
    return Extract(name, _reader(source, content), byte_count=byte_count, left=left)


def _object(source: Source, request: ExtractRequest) -> Extract | None:
    place = object_storage.open_storage(source, Secrets(source.name, request.secret))
    found = max(place.find(), key=lambda each: (str(each.mtime), each.path), default=None)
    if found is None:
        return None
    name = place.name_of(found.path)

    def opened() -> Any:
        with place.request("opened"):
            return place.files.open_input_file(found.path)

    left = glob.why_by_name(source, name)
    content = Content(found.base_name, opened)
    return Extract(name, _reader(source, content), byte_count=found.size or 0, left=left)


def _reader(source: Source, content: Content) -> Any:
    read = reader_of(source.kind).read
    return partial(read, content, source.options)


def _rows(source: Source, request: ExtractRequest) -> Extract:
    """Return the rows in the order of the database: none is left behind for a cursor's sake."""
    message = ("cursor", "lookback")
    plain = {key: value for key, value in source.options.items() if key not in message}
    [whole] = extract.arrivals(source, request)
    [rows] = extract.arrivals(replace(source, options=plain), request)

    def read() -> RowStream:
        whole.read()  # which tells a cursor that is not there
        return rows.read()

    return Extract(whole.name, read)


def _query(source: Source, request: ExtractRequest) -> Extract | None:
    """Return the rows of a query, all files read: what comes of them is not known before."""
    return next(select.arrivals(source, request), None)


def _page(source: Source, request: ExtractRequest) -> Extract:
    def read() -> RowStream:
        texts = pages.first_page(source, request)
        numbers = pa.array(range(1, len(texts) + 1), pa.int64())
        lines = pa.array(texts, pa.string())
        return RowStream([LINE], iter([pa.record_batch([numbers, lines], names=["row_no", LINE])]))

    return Extract(source.options["url"].split("?")[0].split("://")[-1], read)
