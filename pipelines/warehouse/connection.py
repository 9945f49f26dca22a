"""Connections to the warehouse: one transaction at a time, Arrow in, advisory locks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from pipelines.errors import WarehouseRefused
from pipelines.warehouse.statements import is_there, quote

CONNECT_SECONDS = 10  # a host that does not answer is told, not waited for


def parsed(url: str) -> URL:
    """Return the parts of a warehouse's URL.

    Raises
    ------
    WarehouseRefused
        If it is no URL of a PostgreSQL; it may hold a password, so it is not repeated.
    """
    try:
        parts = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        parts = None
    if parts is None or parts.get_backend_name() not in ("postgresql", "postgres"):
        raise WarehouseRefused(
            "NOCTURNE_WAREHOUSE_URL is no URL of a PostgreSQL; expected "
            "postgresql://user:password@host:5432/database (write @ : / % in a password as %40 "
            "%3A %2F %25). Correct it, or leave it out for the embedded database; then "
            "`nocturne up`."
        )
    return parts


class Warehouse:
    """A PostgreSQL database that holds one shop, and the clock of whoever opened it."""

    def __init__(self, url: str, clock: Callable[[], datetime]):
        self.url = url
        self.clock = clock
        self.engine = sa.create_engine(
            parsed(url).set(drivername="postgresql+psycopg2"),
            pool_size=2,
            hide_parameters=True,  # an error that quotes them would show rows
            connect_args={
                "application_name": "nocturne",
                "options": "-c timezone=UTC",
                "connect_timeout": CONNECT_SECONDS,
            },
        )

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open one transaction; it commits at the end of the block or leaves no trace."""
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def adbc(self) -> Iterator[Any]:
        """Open an Arrow connection, a transaction of its own; commit it yourself."""
        from adbc_driver_postgresql import dbapi

        plain = parsed(self.url).set(drivername="postgresql")
        with dbapi.connect(plain.render_as_string(hide_password=False)) as connection:
            yield connection

    def ingest(self, schema: str, table: str, batches: pa.RecordBatchReader) -> int:
        """Append Arrow batches to an inbox table in one transaction; return the rows written."""
        with self.adbc() as connection, connection.cursor() as cursor:
            rows = cursor.adbc_ingest(table, batches, mode="append", db_schema_name=schema)
            connection.commit()
        return int(rows)

    def vacuum(self, schema: str, table: str) -> None:
        """Vacuum and analyse a table, if it is there, outside any transaction."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            if is_there(connection, schema, table):
                connection.execute(sa.text(f"vacuum (analyze) {quote(connection, schema, table)}"))

    @contextmanager
    def lock(self, key: int, *, wait: bool) -> Iterator[bool]:
        """Hold a session's advisory lock for the block; yields False when it is taken."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            name = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
            got = connection.execute(sa.select(getattr(sa.func, name)(key))).scalar()
            held = wait or bool(got)
            try:
                yield held
            finally:
                if held:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
