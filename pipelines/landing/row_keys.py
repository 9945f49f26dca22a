"""Derive each row's natural key, and find the previous version of it in the same file."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.configuration.model import Source
from pipelines.warehouse import statements
from pipelines.warehouse.statements import Table

# One sort of a landing, and one of an index: a small shop's server has 4 GB in all.
SORT_MEMORY, INDEX_MEMORY = "64MB", "256MB"


@contextmanager
def keyed(connection: Connection, source: Source) -> Iterator[None]:
    """Give the rows of the view `mapped` with their keys the name `rows_keyed` for the block."""
    name(connection, source)
    yield
    for view in ("rows_keyed", "rows_hashed", "rows_with_op"):
        statements.drop_view(connection, view)
    for table in ("repeated", "duplicates_in_file"):
        statements.drop_table(connection, "raw", table)


def name(connection: Connection, source: Source) -> None:
    """Give them that name until the transaction is rolled back.

    Only rows that may have a key in common are numbered and held against each other: in most files
    they are few or none, and sorting all rows took half of a landing.
    """
    _prepare(connection)
    statements.create_view(connection, "rows_with_op", "landing/rows_with_op")
    statements.create_view(connection, "rows_hashed", f"landing/hashed_{source.entity}")
    connection.execute(sa.text("set local enable_hashagg = off"))  # twins are many: sorted in half
    _store(connection, "repeated")
    connection.execute(sa.text("set local enable_hashagg = on"))
    _store(connection, "duplicates_in_file")
    statements.create_view(connection, "rows_keyed", "landing/rows_keyed")


def _prepare(connection: Connection) -> None:
    """Let this transaction sort and index in memory, within bounds."""
    connection.execute(sa.text(f"set local work_mem = '{SORT_MEMORY}'"))
    connection.execute(sa.text(f"set local maintenance_work_mem = '{INDEX_MEMORY}'"))
    for cost in ("parallel_setup_cost", "parallel_tuple_cost"):  # hashing a row costs far more
        connection.execute(sa.text(f"set local {cost} = 0"))


def _store(connection: Connection, table: str) -> None:
    """Store what is asked of the inbox: not as a temporary table, which has no second reader."""
    statements.create_table(connection, Table("raw", table), f"landing/{table}", unlogged=False)
    statements.analyse(connection, "raw", table)
