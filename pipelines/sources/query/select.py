"""Read files through the SELECT of a source: one extract, new whenever one of them is."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.configuration.model import Source
from pipelines.errors import SourceUnavailable, SourceUnreadable
from pipelines.sources.files import local_files
from pipelines.sources.files.glob import is_fixed, nothing_to_read
from pipelines.sources.files.parquet_text import to_text
from pipelines.sources.files.unreadable_rows import as_text, no_text
from pipelines.sources.interface import Extract, ExtractRequest, RowStream
from pipelines.sources.query import engine
from pipelines.sources.query.tables import Table
from pipelines.sources.readers import reader_of

NAME = "query"  # what the extract is called
BATCH_ROWS = 16 * 1024
Files = dict[str, list[Extract]]  # by table, in the order of their names


def arrivals(source: Source, request: ExtractRequest) -> Iterator[Extract]:
    """Yield the rows of the query as one extract, which is new when a file or the query is.

    While a file is still written, or a table has none yet, it is left for another time.

    Raises
    ------
    SourceUnavailable
        If a file that has a name of its own is not there, or may not be opened.
    """
    files = {table: _files(source, table, request) for table in source.options["files"]}
    lacking = [table for table, found in files.items() if not found]
    left = [each.left for found in files.values() for each in found if each.left]
    if lacking:
        places = source.options["files"]
        listed = " and ".join(f"{table} ({places[table]['path']})" for table in lacking)
        left.append(f"there is no file yet for {listed}, without which the query has no rows.")
    if left:
        yield Extract(NAME, nothing_to_read, left=left[0])
        return
    byte_count = sum(each.byte_count for found in files.values() for each in found)
    read = partial(_read, source, files, request)
    yield Extract(NAME, read, digest=_digest(source, files), byte_count=byte_count)


def _files(source: Source, table: str, request: ExtractRequest) -> list[Extract]:
    """Return the files of a table, by name."""
    options = source.options["files"][table]
    own = replace(source, kind=options["kind"], options=options)
    found = list(local_files.arrivals(own, request, reader_of(own.kind).read))
    if not found and is_fixed(options["path"]):
        raise SourceUnavailable(
            f"{source.name}: there is no file at {options['path']}, which the query reads as "
            f"{table}. Deliver it, or correct the path in sources.yml (a name with * waits for it)."
        )
    return found


def _digest(source: Source, files: Files) -> str:
    """Return the sha256 of the bytes that are read, how they are read, and the query."""
    written = {
        table: {key: value for key, value in each.items() if key not in ("path", "settle_seconds")}
        for table, each in source.options["files"].items()
    }
    bytes_of = {table: [[f.name, f.digest] for f in found] for table, found in files.items()}
    content = json.dumps([source.options["query"], written, bytes_of], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _read(source: Source, files: Files, request: ExtractRequest) -> RowStream:
    """Make the tables, and open the rows of the query.

    Raises
    ------
    SourceUnreadable
        If a file cannot be read, or the query cannot be run over what the files have.
    """
    with ExitStack() as stack:
        connection = stack.enter_context(engine.opened(engine.folder_of(request.home, source.name)))
        tables = [Table(connection, name) for name in files]
        errors = _QueryErrors(source.name, tables)
        with errors:
            for table in tables:
                for extract in files[table.name]:
                    table.add(extract)
            relation = connection.sql(source.options["query"])
            columns = errors.apart(list(relation.columns))
        reading = RowStream(columns, iter(()))
        for table in tables:
            reading.unreadable += table.unreadable
        for number, row in enumerate(reading.unreadable, start=1):
            row.row_no = number  # those of the rows follow
        reading.batches = _batches(relation, reading, errors, stack.pop_all())
    return reading


def _batches(
    relation: Any, reading: RowStream, errors: "_QueryErrors", stack: ExitStack
) -> Iterator[pa.RecordBatch]:
    done = len(reading.unreadable)
    with stack, errors:
        for batch in relation.to_arrow_reader(BATCH_ROWS):
            texts = [to_text(column) for column in batch.columns]
            for name, text in zip(reading.columns, texts, strict=True):
                if no_text(text).any():
                    raise SourceUnreadable(f"{errors.source}: {name} of the query has a NUL in it.")
            numbers = pa.array(np.arange(done + 1, done + 1 + batch.num_rows))
            done += batch.num_rows
            cells = [as_text(text.cast(pa.string())) for text in texts]
            yield pa.record_batch([numbers, *cells], names=["row_no", *reading.columns])


class _QueryErrors:
    """Raises what DuckDB says of a query as a sentence with the columns that there are."""

    def __init__(self, source: str, tables: list[Table]):
        self.source = source
        self._tables = tables

    def apart(self, columns: list[str]) -> list[str]:
        """Return the columns of the rows, if no two have one name.

        Raises
        ------
        SourceUnreadable
            Naming those that are there twice.
        """
        repeated = sorted({name for name in columns if columns.count(name) > 1})
        if repeated:
            raise SourceUnreadable(
                f"{self.source}: the query has the column {', '.join(repeated)} twice: name them "
                "apart with `as`."
            )
        return columns

    def __enter__(self) -> None:
        """Begin what DuckDB may refuse."""

    def __exit__(self, kind: Any, error: BaseException | None, _: Any) -> None:
        """Raise an error of DuckDB as one of ours.

        Raises
        ------
        SourceUnreadable
            If the query cannot be run over these files.
        SourceUnavailable
            If there is no room for what it needs.
        """
        import duckdb

        if not isinstance(error, duckdb.Error):
            return
        message = str(error).partition("\n")[0].strip().rstrip(".")
        no_room = (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.TransactionException)
        if isinstance(error, no_room):
            raise SourceUnavailable(
                f"{self.source}: there is no room for what the query needs beside "
                f"{engine.MEMORY} of memory, in sources/ of the home: {message}."
            ) from None
        there = "; ".join(f"{table.name} has {', '.join(table.columns)}" for table in self._tables)
        raise SourceUnreadable(
            f"{self.source}: the query cannot be run: {message}. {there}. Correct `query` in "
            "sources.yml, or ask who sends the files."
        ) from None
