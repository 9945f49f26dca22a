"""Bring a database's schemas up to date: tables, migrations, views, functions, grants."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InternalError, OperationalError, ProgrammingError

from pipelines.errors import CodeChanged, DatabaseInUse, ViewInUse
from pipelines.hashing import code_hash
from pipelines.warehouse import locks, marts, requirements, statements
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.locks import is_alive
from pipelines.warehouse.statements import SQL, Table

SCHEMA = SQL / "schema"
# In the order in which one file may name another's objects.
ROOMS = (
    "ops", "1_raw", "2_quarantine", "3_staging", "4_identity", "5_features", "6_marts",
)  # fmt: skip
# What decides the schemas: a change of the catalogue's comments replaces the views, too.
CODE = ("sql/schema", "pipelines/configuration/columns.py")
# The table files have all that the migrations up to this one made. What came later stands in its
# migration alone, which a fresh database goes through, too.
IN_TABLE_FILES = "004_any_source.sql"
OTHER_COLUMNS = "42P16"  # what PostgreSQL says to a view that would lose or rename a column
IN_THE_WAY = {"55P03", "40P01"}  # a lock not got in time; a deadlock

# A reader who comes while we wait for another waits behind us: not for longer than is noticed.
LOCK_TIMEOUT = "2s"
TRIES = 3
CLAIM_IDLE = timedelta(minutes=360)  # the default of settings.yml
CLAIM_COLUMNS = {"night_id", "as_of", "known_at", "purpose", "status", "models", "claimant",
                 "claim_key", "opened_at", "active_at"}  # fmt: skip


def bring_up_to_date(target: Warehouse, claim_idle: timedelta = CLAIM_IDLE) -> list[str]:
    """Create what is missing, apply each migration once; return the migrations applied.

    One transaction: a database is up to date or as it was. When nothing below sql/ has changed
    since the last time, nothing is touched: replacing a view would wait for its readers.

    A migration comes after the table files, which say what each table began with, and drops a view
    that is in its way; one of those up to `IN_TABLE_FILES` comes before them.

    Raises
    ------
    ViewInUse
        If somebody's own view stands in the way of ours.
    DatabaseInUse
        While a night is being built, or a reader lets nobody pass.
    """
    for _ in range(TRIES):
        try:
            return _bring_up_to_date(target, claim_idle)
        except OperationalError as error:
            if getattr(error.orig, "pgcode", None) not in IN_THE_WAY:
                raise
            held_up = error
    raise DatabaseInUse(_who_is_in_the_way(target)) from held_up


def refuse_other_code(target: Warehouse, night_id: int) -> None:
    """Refuse to go on with a night on a database that is not of this code.

    Raises
    ------
    CodeChanged
        If sql/ is not what the database was last brought up to.
    """
    with target.begin() as connection:
        if statements.value(connection, "warehouse/schema_version") != _version():
            raise CodeChanged(
                f"night {night_id} was begun by other code than is here now: its schemas are not "
                "this code's. It is given up. Run `nocturne up`, then build it again."
            )


def _version() -> str:
    return f"schema {code_hash(SQL.parent, CODE)}"


def _bring_up_to_date(target: Warehouse, claim_idle: timedelta) -> list[str]:
    version = _version()
    with target.begin() as connection:
        locks.take(connection, locks.MIGRATING)
        connection.execute(sa.text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
        fresh = not sa.inspect(connection).has_table("migrations", schema="ops")
        if not fresh and statements.value(connection, "warehouse/schema_version") == version:
            _grant(connection)  # a database restored without its grants has none
            return []
        requirements.refuse_unsuitable(connection)
        if not fresh:
            _refuse_while_building(connection, target, claim_idle)
        _run_file(connection, SCHEMA / "schemas.sql")
        earlier = [path for path in _migrations() if path.name <= IN_TABLE_FILES]
        applied = [] if fresh else _migrate(connection, target, earlier)
        for path in (*_files("function"), *_files("table")):
            _run_file(connection, path)
        if fresh:
            _mark(connection, target, [path.name for path in earlier])
        applied += _migrate(connection, target, _migrations())
        for path in (*_files("view"), *_files("select")):
            _replace_view(connection, path)
        _grant(connection)
        _mark(connection, target, [version])
    return applied


def _refuse_while_building(
    connection: Connection, target: Warehouse, claim_idle: timedelta
) -> None:
    """Keep the schemas as whoever builds a night found them; from here on nobody opens one."""
    locks.take(connection, locks.OPENING)
    shape = sa.inspect(connection)
    if not shape.has_table("nights", schema="ops"):
        return
    if not {column["name"] for column in shape.get_columns("nights", "ops")} >= CLAIM_COLUMNS:
        return  # of a version whose claims cannot be told
    for row in statements.rows(connection, "warehouse/building_nights"):
        if is_alive(connection, row, target.clock(), claim_idle):
            raise DatabaseInUse(
                f"{row['claimant']} has been building night {row['night_id']} ({row['as_of']}) "
                f"since {row['opened_at']:%Y-%m-%d %H:%M} UTC, and the code was changed since: the "
                "schemas cannot be brought up to date under it. Nothing was changed. Wait until "
                "it has ended, or stop it, then run `nocturne up`."
            )


def _who_is_in_the_way(target: Warehouse) -> str:
    with target.begin() as connection:
        found = statements.rows(connection, "warehouse/in_the_way")
    who = "; ".join(f"{r['role_name']} (process {r['pid']}) holds {r['relations']}" for r in found)
    return (
        f"the schemas are to be brought up to date, but after {TRIES} tries of {LOCK_TIMEOUT} "
        f"somebody is in the way: {who or 'who has gone by now'}. Nothing was changed. Wait until "
        "they have ended their transactions, or end those of processes that are idle, then run "
        "`nocturne up`."
    )


def _files(suffix: str) -> list[Path]:
    return [path for room in ROOMS for path in sorted((SCHEMA / room).glob(f"*.{suffix}.sql"))]


def _migrations() -> list[Path]:
    return sorted((SCHEMA / "migrations").glob("*.sql"))


def _migrate(connection: Connection, target: Warehouse, paths: list[Path]) -> list[str]:
    seen = set(connection.execute(sa.text("select name from ops.migrations")).scalars())
    waiting = [path for path in paths if path.name not in seen]
    for path in waiting:
        _run_file(connection, path)
    _mark(connection, target, [path.name for path in waiting])
    return [path.name for path in waiting]


def _mark(connection: Connection, target: Warehouse, names: list[str]) -> None:
    for name in names:
        statements.run(connection, "warehouse/mark_migration", name=name, now=target.clock())


def _run_file(connection: Connection, path: Path) -> None:
    connection.exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def _replace_view(connection: Connection, path: Path) -> None:
    """Replace a view; drop it first where its columns are no longer those it had."""
    view = Table(path.parent.name.split("_", 1)[-1], path.name.split(".", 1)[0])
    try:
        with connection.begin_nested():
            _make_view(connection, path)
    except ProgrammingError as error:
        if getattr(error.orig, "pgcode", None) != OTHER_COLUMNS:
            raise
        _drop_view(connection, view)
        _make_view(connection, path)


def _make_view(connection: Connection, path: Path) -> None:
    name, kind, _ = path.name.split(".")
    if kind == "select":
        marts.create_view(connection, name)
    else:
        _run_file(connection, path)


def _drop_view(connection: Connection, view: Table) -> None:
    try:
        connection.execute(sa.text(f"drop view {statements.quote(connection, *view)}"))
    except InternalError as error:
        held = " ".join(str(error.orig).split())
        raise ViewInUse(
            f"{'.'.join(view)} gets other columns, but a view of your own is built on it: {held} "
            "Nothing was changed. Drop yours, run `nocturne up`, and make it again."
        ) from error


def _grant(connection: Connection) -> None:
    """Let the analyst's role, where there is one that may not yet, read marts and ops."""
    if statements.value(connection, "warehouse/analyst_waits"):
        _run_file(connection, SCHEMA / "grants.sql")
