"""Read PostgreSQL by Arrow: the server writes every cell as text, so that numbers stay exact.

All is read in one REPEATABLE READ transaction that cannot write. A query sent with binds would be
held in memory as a whole, so the cursor's values are bound as settings of the transaction.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from pipelines.configuration.sources import cursor as cursors
from pipelines.errors import SourceUnreadable
from pipelines.sources.as_text import Digest, without_empty
from pipelines.sources.interface import RowStream
from pipelines.sources.sql.query import SqlQuery

DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy left it unannotated
SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "synchronize_seqscans": "off",  # equal tables are read in equal order
}
PATIENCE = {
    "connect_timeout": "30", "keepalives_idle": "60", "keepalives_interval": "10",
    "keepalives_count": "6", "application_name": "nocturne",
}  # fmt: skip
BATCH_BYTES = str(8 << 20)
CURSORS: dict[str, Any] = {
    **dict.fromkeys(("int2", "int4", "int8"), sa.BigInteger),
    **dict.fromkeys(("numeric", "float4", "float8"), sa.Numeric),
    **dict.fromkeys(("text", "varchar", "bpchar"), sa.Text),
    "timestamptz": sa.TIMESTAMP(timezone=True),
    "timestamp": sa.TIMESTAMP,
    "date": sa.Date,
    "uuid": sa.Uuid,
}
FLOATS = ("float4", "float8")
# What SQLSTATE begins with where the table, the query or a permission is at fault, not the network.
# What breaks while rows are drawn has none: then it may pass.
LASTING = ("0A", "21", "22", "34", "3F", "42")
TAIL = "counts_next_time"


def columns(query: SqlQuery) -> list[str]:
    """Return the names of the columns."""
    with _opened(query) as cursor:
        return [field.name for field in _fields(query, cursor)]


def batches(query: SqlQuery, reading: RowStream) -> Iterator[pa.RecordBatch]:
    """Yield the rows as text; at the end the reading knows its watermark and digest."""
    with _opened(query) as cursor:
        types = {f.name: _type(f) for f in _fields(query, cursor) if f.name in reading.columns}
        newest = _newest(query, cursor, types) if query.cursor else None
        reading.watermark = cursors.later(query.watermark, newest)
        _bind(cursor, "next", query.before(reading.watermark) if reading.watermark else "")
        cursor.execute(_compiled(_rows(query, types, reading.watermark)))
        digest, done = Digest(reading.columns), 0
        for batch in cursor.fetch_record_batch():
            cells = batch.columns[:-1]
            digest.add(cells, pc.equal(batch.columns[-1], 1))
            numbers = pa.array(np.arange(done + 1, done + 1 + batch.num_rows))
            done += batch.num_rows
            names = ["row_no", *reading.columns]
            yield pa.record_batch([numbers, *map(without_empty, cells)], names=names)
        reading.digest = digest.hexdigest()


@contextmanager
def _opened(query: SqlQuery) -> Iterator[Any]:
    """Open a transaction that reads one state of the database and cannot change it.

    Raises
    ------
    SourceUnavailable
        If the database cannot be reached or is lost.
    SourceUnreadable
        If it says that what is asked for is not there.
    """
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import StatementOptions, dbapi

    url = query.url.set(drivername="postgresql")
    url = url.update_query_dict({k: v for k, v in PATIENCE.items() if k not in url.query})
    try:
        with (
            dbapi.connect(url.render_as_string(hide_password=False)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("set transaction isolation level repeatable read, read only")
            for name, value in SETTINGS.items():
                _bind(cursor, name, value)
            hint = {StatementOptions.BATCH_SIZE_HINT_BYTES.value: BATCH_BYTES}
            cursor.adbc_statement.set_options(**hint)
            yield cursor
    except (Error, pa.ArrowException, OSError) as error:
        state = getattr(error, "sqlstate", None) or _state(str(error))
        if state and state.startswith(LASTING):
            raise query.unreadable(_told(error)) from None
        raise query.unavailable(_told(error)) from None


def _bind(cursor: Any, setting: str, value: str) -> None:
    """Set a value for this transaction alone."""
    name = setting if setting in SETTINGS else f"nocturne.{setting}"
    cursor.execute("select set_config($1, $2, true)", (name, value))
    cursor.fetchall()


def _fields(query: SqlQuery, cursor: Any) -> list[pa.Field]:
    cursor.execute(_compiled(query.first_columns()))
    return list(cursor.fetch_arrow_table().schema)


def _type(field: pa.Field) -> str:
    return (field.metadata or {}).get(b"POSTGRESQL:type", b"'text'").decode().strip("'")


def _newest(query: SqlQuery, cursor: Any, types: dict[str, str]) -> str | None:
    """Return the greatest value of the cursor; infinity is none, or nothing would come after it."""
    kind = types[query.cursor or ""]
    if kind not in CURSORS:
        raise SourceUnreadable(
            f"{query.source}: the cursor {query.cursor} of {query.what} is of type {kind}; "
            "expected a number, a date, an instant or a text that grows."
        )
    if query.begin is not None:
        _bind(cursor, "begin", query.begin)
    rows = query.rows(list(types))
    column = rows.c[query.cursor or ""]
    newest = sa.select(_text(sa.func.max(column), kind))
    if kind in ("date", "timestamp", "timestamptz"):
        newest = newest.where(sa.func.isfinite(column))
    if query.begin is not None:
        newest = newest.where(column >= _bound("begin", kind))
    cursor.execute(_compiled(newest))
    found = cursor.fetchone()[0]
    latest = cursors.capped(found, query.now) if found else None
    if latest == found:
        return found
    _bind(cursor, "latest", str(latest))
    cursor.execute(_compiled(newest.where(column <= _bound("latest", kind))))
    return cursor.fetchone()[0]


def _rows(query: SqlQuery, types: dict[str, str], watermark: str | None) -> sa.Select[Any]:
    """Return the SELECT of every cell as text, and whether the next reading brings the row again.

    A row without a cursor comes with every reading, so that none is lost.
    """
    rows = query.rows(list(types))
    cells: list[Any] = [_text(rows.c[name], kind).label(name) for name, kind in types.items()]
    if not query.cursor:
        return sa.select(*cells, sa.literal_column("1").label(TAIL))
    column, kind = rows.c[query.cursor], types[query.cursor]
    tail: sa.ColumnElement[bool] = column.is_(None)
    if watermark is not None:
        tail |= column >= _bound("next", kind)
    request: sa.Select[Any] = sa.select(*cells, sa.case((tail, 1), else_=0).label(TAIL)).order_by(
        column
    )
    if query.begin is None:
        return request
    return request.where(column.is_(None) | (column >= _bound("begin", kind)))


def _bound(setting: str, kind: str) -> sa.ColumnElement[Any]:
    return sa.cast(sa.func.current_setting(f"nocturne.{setting}"), CURSORS[kind])


def _text(column: sa.ColumnElement[Any], kind: str) -> sa.ColumnElement[str]:
    """Return a cell as text: a float without exponent, an array as JSON."""
    if kind in FLOATS:
        column = sa.cast(sa.cast(column, sa.Text), sa.Numeric)
    elif kind.startswith("_"):
        column = sa.func.to_json(column)
    return sa.cast(column, sa.Text)


def _compiled(statement: sa.Select[Any]) -> str:
    """Return a SELECT whose only literals are our own words."""
    return str(statement.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


def _state(message: str) -> str | None:
    found = re.search(r"SQLSTATE: (\w{5})", message)
    return found[1] if found else None


def _told(error: Exception) -> str:
    """Return what the server said, without what the driver says before."""
    return re.sub(r"^.*?(ERROR|FATAL): +|^[A-Z_]+: (\[libpq\] )?", "", str(error), count=1)
