"""Partitions of raw, one per range of landing numbers; a big batch has one of its own.

A new one is filled before it has indexes and before it is a partition, by as many processes as the
server has to spare; no reader of raw waits meanwhile. Every identifier is quoted, every number is
an int.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.warehouse import statements
from pipelines.warehouse.statements import Table, quote

LANDINGS = 1000
BIG = 1_000_000  # rows; a batch after it again finds a partition that is still to be made
WORTH_ANALYSING = 10_000  # rows


class LandingRange(NamedTuple):
    """Landing numbers from the first up to, but without, the end."""

    first: int
    end: int


@dataclass(frozen=True)
class RawTable:
    """Where the rows of a batch go: raw.<entity>, or a table still to be made its partition."""

    entity: str
    batch_id: int
    span: LandingRange | None = None
    partition: str | None = None

    @property
    def target(self) -> Table:
        """The table itself."""
        return Table("raw", f"{self.entity}_from_{self.span.first}" if self.span else self.entity)


def table_of(connection: Connection, entity: str, batch_id: int) -> RawTable:
    """Return where a batch goes."""
    first = batch_id - batch_id % LANDINGS
    end = first + LANDINGS
    whole = quote(connection, "raw", entity)
    for known in statements.rows(connection, "landing/landing_ranges", table_name=whole):
        if known["first_batch"] <= batch_id < known["end_batch"]:
            return RawTable(entity, batch_id, partition=known["partition_name"])
        if known["end_batch"] <= batch_id:
            first = max(first, known["end_batch"])
        else:
            end = min(end, known["first_batch"])
    return RawTable(entity, batch_id, LandingRange(first, end))


def store(connection: Connection, place: RawTable, select: str, **binds: Any) -> int:
    """Store the rows of a SELECT of sql/ where they go; return how many.

    Without statistics of many new rows, the planner takes them for one and joins it by loops.
    """
    if place.span is None:
        count = statements.insert_select(connection, place.target, select, **binds)
        if count >= WORTH_ANALYSING:
            statements.analyse(connection, "raw", str(place.partition))
        return count
    names = statements.columns_of(connection, "raw", place.entity)
    columns = ", ".join(quote(connection, name) for name in names)
    clause = statements.statement(select, **binds)
    made = f"create table {quote(connection, *place.target)} as\nselect {columns} from (\n"
    made += f"{clause.text}\n) as result"
    count = connection.execute(sa.text(made).bindparams(*clause._bindparams.values())).rowcount
    first, end = place.span
    statements.analyse(connection, *place.target)
    _attach(connection, place, LandingRange(first, place.batch_id + 1 if count >= BIG else end))
    return count


def ensure_partition(connection: Connection, entity: str, batch_id: int) -> None:
    """Make sure that raw.<entity> has the partition that holds a batch."""
    place = table_of(connection, entity, batch_id)
    if place.span is not None:
        name, whole = quote(connection, *place.target), quote(connection, "raw", entity)
        connection.execute(sa.text(f"create table {name} (like {whole})"))
        _attach(connection, place, place.span)


def _attach(connection: Connection, place: RawTable, span: LandingRange) -> None:
    """Make a filled table a partition: its constraints in one reading, then the indexes of all."""
    name, whole = quote(connection, *place.target), quote(connection, "raw", place.entity)
    shape = sa.inspect(connection)
    needed = [
        f"alter {quote(connection, column['name'])} set not null"
        for column in shape.get_columns(place.entity, schema="raw")
        if not column["nullable"]
    ]
    for rule in shape.get_check_constraints(place.entity, schema="raw"):
        needed.append(
            f"add constraint {quote(connection, str(rule['name']))} check ({rule['sqltext']})"
        )
    first, end = span
    needed.append(f"add constraint within check (batch_id >= {first} and batch_id < {end})")
    connection.exec_driver_sql(f"alter table {name} {', '.join(needed)}")
    connection.exec_driver_sql(
        f"alter table {whole} attach partition {name} for values from ({first}) to ({end})"
    )
    connection.exec_driver_sql(f"alter table {name} drop constraint within")
