"""Read any other database by its own driver, some thousand rows at a time.

SQLAlchemy writes the SELECT and asks for a cursor at the server, where there is one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import sqlalchemy as sa

from pipelines.configuration.sources import cursor
from pipelines.errors import SourceUnreadable
from pipelines.sources.as_text import Digest, batch_of, text_of, without_empty
from pipelines.sources.interface import RowStream
from pipelines.sources.sql.query import SqlQuery

CHUNK_ROWS = 8_192
DRIVERS = {
    "mysql": "mysql+pymysql://… and install pymysql",
    "mariadb": "mysql+pymysql://… and install pymysql",
    "mssql": "mssql+pymssql://… and install pymssql",
    "oracle": "oracle+oracledb://… and install oracledb",
    "snowflake": "snowflake://… and install snowflake-sqlalchemy",
    "bigquery": "bigquery://… and install sqlalchemy-bigquery",
}
# What databases call it when something asked for is not there, in the words of their errors.
LASTING = (
    "no such table", "no such column", "doesn't exist", "does not exist", "unknown column",
    "invalid object", "invalid column", "denied", "syntax error", "ambiguous", "ora-009",
)  # fmt: skip


def columns(query: SqlQuery) -> list[str]:
    """Return the names of the columns."""
    with _opened(query) as connection:
        return list(connection.execute(query.first_columns()).keys())


def batches(query: SqlQuery, reading: RowStream) -> Iterator[pa.RecordBatch]:
    """Yield the rows as text; at the end the reading knows its watermark and digest."""
    names, done = reading.columns, 0
    with _opened(query) as connection:
        newest = _newest(query, connection) if query.cursor else None
        reading.watermark = cursor.later(query.watermark, text_of(newest))
        result = connection.execute(_rows(query, names, newest, reading.watermark))
        digest = Digest(names)
        while rows := result.fetchmany(CHUNK_ROWS):
            *cells, tail = zip(*rows, strict=True)
            batch = batch_of(cells, names, done, reading)
            counts = [bool(tail[number - done - 1]) for number in batch["row_no"].to_pylist()]
            digest.add(batch.columns[1:], pa.array(counts, pa.bool_()))
            done += len(rows)
            texts = map(without_empty, batch.columns[1:])
            yield pa.record_batch([batch.column("row_no"), *texts], names=batch.schema.names)
        reading.digest = digest.hexdigest()


@contextmanager
def _opened(query: SqlQuery) -> Iterator[sa.Connection]:
    """Open a connection whose results stay at the server until they are drawn.

    Raises
    ------
    SourceUnavailable
        If the database cannot be reached or is lost.
    SourceUnreadable
        If what is asked for, or the driver, is not there.
    """
    engine = _engine(query)
    try:
        with engine.connect() as connection:
            yield connection.execution_options(stream_results=True)
    except (sa.exc.DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        cause = getattr(error, "orig", None) or error
        if any(word in str(cause).lower() for word in LASTING):
            raise query.unreadable(cause) from None
        raise query.unavailable(cause) from None
    finally:
        engine.dispose()


def _engine(query: SqlQuery) -> sa.Engine:
    name = query.url.get_backend_name()
    url = query.url
    if name == "sqlite" and url.database:  # never made by asking for it
        url = url.set(database=f"file:{quote(url.database)}", query={"mode": "ro", "uri": "true"})
    try:
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        assert engine.dialect.loaded_dbapi
    except (sa.exc.NoSuchModuleError, ImportError):
        advice = DRIVERS.get(name, "the URL its SQLAlchemy dialect asks for, and install that")
        raise SourceUnreadable(
            f"{query.source}: no driver for {query.url.drivername} is installed: write {advice} "
            "beside Nocturne."
        ) from None
    if name == "sqlite":
        sa.event.listen(engine, "connect", _keep_any_bytes)
    return engine


def _keep_any_bytes(connection: Any, _: Any) -> None:
    """Let SQLite hand over text that is none, for the row to be set aside."""
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")


def _newest(query: SqlQuery, connection: sa.Connection) -> Any:
    """Return the greatest value of the cursor, as the driver gives it."""
    column = query.rows([query.cursor or ""]).c[query.cursor or ""]
    newest = sa.select(sa.func.max(column))
    found = connection.execute(newest).scalar()
    latest = cursor.capped(text_of(found) or "", query.now)
    if found is None or latest == text_of(found):
        return found
    return connection.execute(newest.where(column <= sa.literal(_as(found, latest)))).scalar()


def _rows(query: SqlQuery, names: list[str], like: Any, watermark: str | None) -> sa.Select[Any]:
    """Return the SELECT of the rows, and whether the next reading brings each again.

    A row without a cursor comes with every reading, so that none is lost.
    """
    rows = query.rows(names)
    cells = [rows.c[name] for name in names]
    if not query.cursor:
        return sa.select(*cells, sa.literal_column("1"))
    column = rows.c[query.cursor]
    tail: sa.ColumnElement[bool] = column.is_(None)
    if watermark is not None:
        tail |= column >= sa.literal(_as(like, query.before(watermark)))
    request = sa.select(*cells, sa.case((tail, 1), else_=0)).order_by(column)
    if query.begin is None:
        return request
    return request.where(column.is_(None) | (column >= sa.literal(_as(like, query.begin))))


def _as(like: Any, text: str) -> Any:
    """Return a text as a value of the kind that the driver gave for the cursor."""
    if isinstance(like, int | float | Decimal):
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() else float(number)
    if isinstance(like, datetime):
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if isinstance(like, date) else text
