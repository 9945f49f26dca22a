"""Bring a database's schemas up to date: tables, migrations, views, functions, grants."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InternalError, ProgrammingError

from pipelines import warehouse
from pipelines.configuration import code_hash
from pipelines.errors import ViewInUse
from pipelines.locks import MIGRATING
from pipelines.warehouse import SQL, Warehouse

# In the order in which one file may name another's objects.
ROOMS = (
    "ops", "1_raw", "2_quarantine", "3_staging", "4_identity", "5_features", "6_marts",
)  # fmt: skip
OTHER_COLUMNS = "42P16"  # what PostgreSQL says to a view that would lose or rename a column


def bring_up_to_date(target: Warehouse) -> list[str]:
    """Create what is missing, apply each migration once; return the migrations applied.

    One transaction: a database is up to date or as it was. When nothing below sql/ has changed
    since the last time, nothing is touched: replacing a view would wait for its readers.

    A migration meets the database as an earlier version left it: it says `if exists` of what it
    alters (the table may be newer than that) and drops a view that is in its way. What is missing
    afterwards is created from its file.

    Raises
    ------
    ViewInUse
        If somebody's own view stands in the way of ours.
    """
    version = f"schema {code_hash(SQL, ('',))}"
    with target.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
        fresh = not sa.inspect(connection).has_table("migrations", schema="ops")
        if not fresh and warehouse.value(connection, "ops/schema_version") == version:
            _grant(connection)  # a database restored without its grants has none
            return []
        _run_file(connection, SQL / "schemas.sql")
        applied = [] if fresh else _migrate(connection, target)
        for path in (*_files("function"), *_files("table")):
            _run_file(connection, path)
        for path in _files("view"):
            _replace_view(connection, path)
        if fresh:
            _mark(connection, target, [path.name for path in _migrations()])
        _grant(connection)
        _mark(connection, target, [version])
    return applied


def _files(suffix: str) -> list[Path]:
    return [path for room in ROOMS for path in sorted((SQL / room).glob(f"*.{suffix}.sql"))]


def _migrations() -> list[Path]:
    return sorted((SQL / "migrations").glob("*.sql"))


def _migrate(connection: Connection, target: Warehouse) -> list[str]:
    seen = set(connection.execute(sa.text("select name from ops.migrations")).scalars())
    waiting = [path for path in _migrations() if path.name not in seen]
    for path in waiting:
        _run_file(connection, path)
    _mark(connection, target, [path.name for path in waiting])
    return [path.name for path in waiting]


def _mark(connection: Connection, target: Warehouse, names: list[str]) -> None:
    for name in names:
        warehouse.run(connection, "ops/mark_migration", name=name, now=target.clock())


def _run_file(connection: Connection, path: Path) -> None:
    connection.exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def _replace_view(connection: Connection, path: Path) -> None:
    """Replace a view; drop it first where its columns are no longer those it had."""
    view = (path.parent.name.split("_", 1)[-1], path.name.split(".", 1)[0])
    try:
        with connection.begin_nested():
            _run_file(connection, path)
    except ProgrammingError as error:
        if getattr(error.orig, "pgcode", None) != OTHER_COLUMNS:
            raise
        _drop_view(connection, view)
        _run_file(connection, path)


def _drop_view(connection: Connection, view: tuple[str, str]) -> None:
    try:
        connection.execute(sa.text(f"drop view {warehouse.quote(connection, *view)}"))
    except InternalError as error:
        held = " ".join(str(error.orig).split())
        raise ViewInUse(
            f"{'.'.join(view)} gets other columns, but a view of your own is built on it: {held} "
            "Nothing was changed. Drop yours, run `nocturne up`, and make it again."
        ) from error


def _grant(connection: Connection) -> None:
    """Let the analyst's role, where there is one that may not yet, read marts and ops."""
    if warehouse.value(connection, "ops/analyst_waits"):
        _run_file(connection, SQL / "grants.sql")
