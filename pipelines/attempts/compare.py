"""Compare the tables of two attempts row by row, in the database.

A row is found by its key; every other column but night_id counts, floating point columns rounded
as the content hash rounds them: two tables without a difference have one hash, and the reverse.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.attempts.night import KEYS
from pipelines.configuration.columns import DIGITS
from pipelines.warehouse import attempt_tables, statements
from pipelines.warehouse.statements import Table

TableNames = Callable[[str], Table]  # where each table of an attempt lies


@dataclass(frozen=True)
class RowChange:
    """A row that differs: its key, and its other columns before and after; None is no such row."""

    key: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def columns(self) -> list[str]:
        """The columns that differ; none if the row is on one side only."""
        before, after = self.before, self.after
        if before is None or after is None:
            return []
        return [name for name, value in before.items() if value != after[name]]


@dataclass(frozen=True)
class Difference:
    """How one table of two attempts differs: counts of rows, and the first of them by key.

    `columns` counts the changed rows by column, without the columns that never changed.
    """

    table: str
    only_before: int
    only_after: int
    changed: int
    columns: dict[str, int]
    sample: list[RowChange]

    @property
    def row_count(self) -> int:
        """The rows that differ."""
        return self.only_before + self.only_after + self.changed


class Flip(NamedTuple):
    """How many people a segment loses and wins."""

    segment: str
    left: int
    entered: int


@dataclass(frozen=True)
class Comparison:
    """How two attempts differ: each table, the people of any of them, the segments they change."""

    tables: list[Difference]
    people: int
    flips: list[Flip]

    @property
    def row_count(self) -> int:
        """The rows that differ."""
        return sum(difference.row_count for difference in self.tables)


class Places(NamedTuple):
    """Where one table of two attempts lies."""

    before: Table
    after: Table


class _Sides(NamedTuple):
    """Two tables joined by their key; `differ` per column, and what selects rows that do."""

    joined: sa.FromClause
    key: dict[str, sa.ColumnElement[Any]]
    before: dict[str, sa.ColumnElement[Any]]
    after: dict[str, sa.ColumnElement[Any]]
    only_before: sa.ColumnElement[bool]
    only_after: sa.ColumnElement[bool]
    differ: dict[str, sa.ColumnElement[bool]]

    @property
    def is_other(self) -> sa.ColumnElement[bool]:
        """Whether a row is not the same on both sides."""
        return sa.or_(self.only_before, self.only_after, *self.differ.values())


def published(night_id: int) -> TableNames:
    """Return where the tables of an attempt lie that is or was published."""
    return lambda table: Table(
        attempt_tables.PUBLISHED, attempt_tables.attempt_table(table, night_id)
    )


def unpublished(night_id: int) -> TableNames:
    """Return where the tables of an attempt lie that is not."""
    return lambda table: Table(
        attempt_tables.ATTEMPTS, attempt_tables.attempt_table(table, night_id)
    )


def is_kept(connection: Connection, places: TableNames) -> bool:
    """Return whether every table is still there."""
    inspector = sa.inspect(connection)
    found = [places(table) for table in attempt_tables.TABLES]
    return all(inspector.has_table(name, schema=schema) for schema, name in found)


def attempts(
    connection: Connection, before: TableNames, after: TableNames, limit: int = 20
) -> Comparison:
    """Return how all tables of two attempts differ; of each only `limit` rows are brought here."""
    tables = [
        differences(connection, table, Places(before(table), after(table)), limit)
        for table in attempt_tables.TABLES
    ]
    if not any(difference.row_count for difference in tables):
        return Comparison(tables, 0, [])
    return Comparison(tables, people(connection, before, after), flips(connection, before, after))


def differences(connection: Connection, table: str, places: Places, limit: int = 20) -> Difference:
    """Return how a table differs between two places; only `limit` rows leave the database.

    `table` is one of `attempt_tables.TABLES`: it gives the key and the digits.
    """
    sides = _sides(connection, table, places)
    changed = sa.not_(sa.or_(sides.only_before, sides.only_after))
    counts = {
        "before": sides.only_before,
        "after": sides.only_after,
        "changed": changed,
        **{f"in {name}": sa.and_(changed, differs) for name, differs in sides.differ.items()},
    }
    counted = [sa.func.count().filter(which).label(name) for name, which in counts.items()]
    requested = sa.select(*counted).select_from(sides.joined).where(sides.is_other)
    found = connection.execute(requested).mappings().one()
    columns = {name: found[f"in {name}"] for name in sides.differ if found[f"in {name}"]}
    differ = found["before"] or found["after"] or found["changed"]
    sample = list(_first(connection, sides, limit)) if differ and limit else []
    return Difference(table, found["before"], found["after"], found["changed"], columns, sample)


def people(connection: Connection, before: TableNames, after: TableNames) -> int:
    """Return how many people have another row in any table about people."""
    each = []
    for table in (table for table, key in KEYS.items() if key == ("person_id",)):
        sides = _sides(connection, table, Places(before(table), after(table)))
        who = sides.key["person_id"].label("person_id")
        each.append(sa.select(who).select_from(sides.joined).where(sides.is_other))
    together = sa.union(*each).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(together)).scalar_one())


def flips(connection: Connection, before: TableNames, after: TableNames) -> list[Flip]:
    """Return per segment that differs how many people leave and enter it."""
    named = {"segments_before": before, "segments_after": after}
    for name, places in named.items():
        statements.name_as(connection, name, places("customer_segments"))
    found = [Flip(**row) for row in statements.rows(connection, "attempts/flips")]
    for name in named:
        statements.drop_view(connection, name)
    return found


def _sides(connection: Connection, table: str, places: Places) -> _Sides:
    left = _table(connection, places.before).alias("before")
    right = _table(connection, places.after).alias("after")
    key, digits = KEYS[table], DIGITS.get(table, 4)
    names = [c.name for c in left.c if c.name not in ("night_id", *key)]
    same_key = sa.and_(*(left.c[name] == right.c[name] for name in key))
    one, other = ({n: _canonical(side.c[n], digits) for n in names} for side in (left, right))
    return _Sides(
        joined=left.join(right, same_key, full=True),
        key={name: sa.func.coalesce(left.c[name], right.c[name]) for name in key},
        before=one,
        after=other,
        only_before=right.c[key[0]].is_(None),
        only_after=left.c[key[0]].is_(None),
        # Rounding is only asked where the unrounded values differ: it is the dearer question.
        differ={
            n: sa.and_(
                left.c[n].is_distinct_from(right.c[n]), one[n].is_distinct_from(other[n])
            )
            for n in names
        },
    )  # fmt: skip


def _table(connection: Connection, place: Table) -> sa.TableClause:
    schema, name = place
    found = sa.inspect(connection).get_columns(name, schema=schema)
    return sa.table(name, *(sa.column(c["name"], c["type"]) for c in found), schema=schema)


def _canonical(column: sa.ColumnElement[Any], digits: int) -> sa.ColumnElement[Any]:
    """Return a column as `content.content_hash` takes it."""
    if isinstance(column.type, sa.Float):
        return sa.func.round(sa.cast(column, sa.Numeric), digits, type_=sa.Numeric)
    return column


def _first(connection: Connection, sides: _Sides, limit: int) -> Iterator[RowChange]:
    """Yield the first rows that differ, in the order of their key."""
    expected = [
        *(value.label(f"key {name}") for name, value in sides.key.items()),
        *(value.label(f"before {name}") for name, value in sides.before.items()),
        *(value.label(f"after {name}") for name, value in sides.after.items()),
        sides.only_before.label("only_before"),
        sides.only_after.label("only_after"),
    ]
    requested = sa.select(*expected).select_from(sides.joined).where(sides.is_other)
    for row in connection.execute(requested.order_by(*sides.key.values()).limit(limit)).mappings():
        yield RowChange(
            key={name: row[f"key {name}"] for name in sides.key},
            before=None if row["only_after"] else {n: row[f"before {n}"] for n in sides.before},
            after=None if row["only_before"] else {n: row[f"after {n}"] for n in sides.after},
        )
