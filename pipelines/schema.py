"""Bring a database's schemas up to date: tables, migrations, views, functions, grants."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines import warehouse
from pipelines.configuration import code_hash
from pipelines.locks import MIGRATING
from pipelines.warehouse import SQL, Warehouse

# In the order in which one file may name another's objects.
ROOMS = (
    "ops", "1_raw", "2_quarantine", "3_staging", "4_identity", "5_features", "6_marts",
)  # fmt: skip


def bring_up_to_date(target: Warehouse) -> list[str]:
    """Create what is missing, apply each migration once; return the migrations applied.

    One transaction: a database is up to date or as it was. When nothing below sql/ has changed
    since the last time, nothing is touched: replacing a view would wait for its readers.
    """
    version = f"schema {code_hash(SQL, ('',))}"
    with target.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
        fresh = not sa.inspect(connection).has_table("migrations", schema="ops")
        if not fresh and warehouse.value(connection, "ops/schema_version") == version:
            return []
        _run_file(connection, SQL / "schemas.sql")
        applied = [] if fresh else _migrate(connection, target)
        for suffix in ("function", "table", "view"):
            for path in _files(suffix):
                _run_file(connection, path)
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


def _grant(connection: Connection) -> None:
    """Let the analyst's role, where there is one, read marts and ops."""
    known = connection.execute(
        sa.text("select 1 from pg_roles where rolname = 'nocturne_analyst'")
    ).scalar()
    if known:
        _run_file(connection, SQL / "grants.sql")
