"""Run the statements of sql/: read, bound, stored as tables and views.

SELECTs stand in files below sql/ and are bound, never formatted. The few statements built here
(create a table from a SELECT, attach a partition) quote their identifiers with SQLAlchemy.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.paths import shipped

Column = sa.ColumnElement[Any]
SORT_MEMORY = "256MB"  # one sort of a million people of 200 bytes
SQL = shipped("sql")


class Table(NamedTuple):
    """A table of the database by its schema and name."""

    schema: str
    name: str


@cache
def read_sql(name: str) -> str:
    """Return the statement of sql/<name>.sql without its comment lines, which may name binds."""
    lines = (SQL / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--")).rstrip(" \n;")


def run(connection: Connection, name: str, /, **binds: Any) -> sa.CursorResult[Any]:
    """Execute the statement sql/<name>.sql with its binds."""
    return connection.execute(statement(name, **binds))


def statement(name: str, /, **binds: Any) -> sa.TextClause:
    """Return sql/<name>.sql with those of `binds` bound that it names."""
    text = sa.text(read_sql(name))
    return text.bindparams(**{k: v for k, v in binds.items() if k in text._bindparams})


def select_of(name: str, /, columns: Iterable[str | Column], **binds: Any) -> sa.Select[Any]:
    """Return a SELECT of some columns of sql/<name>.sql, which may have more: `select f.*`."""
    made = [sa.column(each) if isinstance(each, str) else each for each in columns]
    return sa.select(*made).select_from(statement(name, **binds).columns().subquery("result"))


def rows(connection: Connection, name: str, /, **binds: Any) -> list[sa.RowMapping]:
    """Return all rows of a small SELECT, as mappings."""
    return list(run(connection, name, **binds).mappings())


def value(connection: Connection, name: str, /, **binds: Any) -> Any:
    """Return the single value of a SELECT, None without a row."""
    return run(connection, name, **binds).scalar()


def quote(connection: Connection, *parts: str) -> str:
    """Return a quoted, dotted identifier."""
    prepare = connection.dialect.identifier_preparer
    return ".".join(prepare.quote_identifier(part) for part in parts)


def create_temporary(
    connection: Connection, table: str, select: str | sa.SelectBase, **binds: Any
) -> int:
    """Store a SELECT, of sql/ or made of parts, as a table until the transaction ends."""
    into = quote(connection, table)
    connection.execute(sa.text(f"drop table if exists pg_temp.{into}"))
    count = _make(connection, f"temporary table {into} on commit drop", select, binds)
    connection.execute(sa.text(f"analyze pg_temp.{into}"))
    return count


def create_table(
    connection: Connection, target: Table, select: str, *, unlogged: bool, **binds: Any
) -> int:
    """Store a SELECT of sql/ as a table for all, in place of the last; a crash empties unlogged."""
    drop_table(connection, *target)
    clause = statement(select, **binds)
    kind = "unlogged table" if unlogged else "table"
    made = f"create {kind} {quote(connection, *target)} as\n{clause.text}"
    return connection.execute(sa.text(made).bindparams(*clause._bindparams.values())).rowcount


def drop_table(connection: Connection, *name: str) -> None:
    """Drop a table of the moment, if it is there."""
    connection.execute(sa.text(f"drop table if exists {quote(connection, *name)}"))


@contextmanager
def view(
    connection: Connection, name: str, select: str | sa.SelectBase, **binds: Any
) -> Iterator[None]:
    """Give a SELECT a plain name for the block."""
    create_view(connection, name, select, **binds)
    yield
    drop_view(connection, name)


def create_view(
    connection: Connection, view: str, select: str | sa.SelectBase, **binds: Any
) -> None:
    """Give a SELECT a plain name; drop the view before the transaction ends."""
    _make(connection, f"temporary view {quote(connection, view)}", select, binds)


def _make(
    connection: Connection, what: str, select: str | sa.SelectBase, binds: dict[str, Any]
) -> int:
    """Create something of a SELECT; return its rows. The driver writes the values in."""
    clause = statement(select, **binds) if isinstance(select, str) else select
    made = clause.compile(connection)
    return connection.exec_driver_sql(f"create {what} as\n{made}", made.params).rowcount


def name_column(connection: Connection, view: str, table: str, column: str) -> None:
    """Let SELECTs of this transaction read one column as numbers: `number` of a view."""
    number = f"cast({quote(connection, column)} as double precision) as number"
    connection.execute(
        sa.text(
            f"create or replace temporary view {quote(connection, view)} as "
            f"select {number} from {quote(connection, table)}"
        )
    )


def numbers_of(connection: Connection, schema: str, table: str) -> list[str]:
    """Return the names of a table's columns that hold numbers."""
    found = sa.inspect(connection).get_columns(table, schema=schema)
    return [c["name"] for c in found if isinstance(c["type"], sa.Integer | sa.Numeric | sa.Float)]


def drop_view(connection: Connection, view: str) -> None:
    """Forget a name given by `create_view` or `name_as`."""
    connection.execute(sa.text(f"drop view if exists pg_temp.{quote(connection, view)}"))


def prepare_for_many(connection: Connection) -> None:
    """Let this transaction sort and hash up to `SORT_MEMORY` at a time before it takes the disk.

    Look-ups are not remembered: a record is looked up once, and remembering took a third of it.
    """
    connection.execute(sa.text(f"set local work_mem = '{SORT_MEMORY}'"))
    connection.execute(sa.text("set local enable_memoize = off"))


def insert_select(
    connection: Connection,
    target: Table,
    select: str,
    *,
    order: Sequence[str] = (),
    **binds: Any,
) -> int:
    """Insert a SELECT of sql/ into a table, matching columns by name; return the rows.

    Rows that lie in the order of their key are hashed and indexed without sorting them again.
    """
    clause = statement(select, **binds)
    columns = ", ".join(quote(connection, name) for name in columns_of(connection, *target))
    into = quote(connection, *target)
    text = f"insert into {into} ({columns})\nselect {columns} from (\n{clause.text}\n) as result"
    if order:
        text += f"\norder by {', '.join(quote(connection, name) for name in order)}"
    result = connection.execute(sa.text(text).bindparams(*clause._bindparams.values()))
    return result.rowcount


def is_there(connection: Connection, schema: str, table: str) -> bool:
    """Return whether a table exists."""
    found = sa.select(sa.func.to_regclass(quote(connection, schema, table)))
    return connection.execute(found).scalar() is not None


def analyse(connection: Connection, schema: str, table: str) -> None:
    """Refresh the planner's statistics of a table, if it is there."""
    if is_there(connection, schema, table):
        connection.execute(sa.text(f"analyze {quote(connection, schema, table)}"))


def columns_of(connection: Connection, schema: str, table: str) -> list[str]:
    """Return the names of a table's columns, those the database generates left out."""
    found = sa.inspect(connection).get_columns(table, schema=schema)
    return [c["name"] for c in found if not c.get("identity") and not c.get("computed")]


def name_as(connection: Connection, name: str, table: Table, night_id: int | None = None) -> None:
    """Let SELECTs of this transaction call a table by a plain name.

    With a `night_id`, which all its rows have, they are found by the key that begins with it.
    """
    rows_of = "" if night_id is None else f" where night_id = {int(night_id)}"
    connection.execute(
        sa.text(
            f"create or replace temporary view {quote(connection, name)} as "
            f"select * from {quote(connection, *table)}{rows_of}"
        )
    )
