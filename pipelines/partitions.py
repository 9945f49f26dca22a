"""Attempts as plain tables, and their way into the published, partitioned ones.

The statements here name tables by night and so cannot be files below sql/; every identifier is
quoted by SQLAlchemy and every number is an int.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateIndex

from pipelines import landing_partitions
from pipelines.warehouse import is_there, quote

ATTEMPTS, PUBLISHED = "attempts", "features"
TABLES = ("members", "customer_features", "customer_scores", "customer_segments")
ASIDE = ("regrouped",)  # what one building step leaves for another; never published

# How nights look into staging; {name: (columns, what else is read there)}. A person's lines lie
# side by side in `of_record`: of 15,600 people's 1.05 million lines it was read in a quarter of
# the time their pages took, scattered over two years.
LOOKUPS: dict[str, dict[str, tuple[list[str], list[str]]]] = {
    "order_lines": {
        "on_day": (["ordered_on"], []),
        "of_record": (
            ["record_ref"],
            ["staging_version", "source", "order_id", "ordered_on", "ordered_at", "has_time",
             "product_ref", "quantity", "net_amount", "discount_amount", "batch_from", "batch_to"],
        ),
    },
    "events": {
        "on_day": (["occurred_on"], []),
        "of_record": (["record_ref", "occurred_on"], []),
        "of_session": (["session_ref", "occurred_on"], []),
    },
}  # fmt: skip


def attempt_table(table: str, night_id: int) -> str:
    """Return the name of an attempt's table."""
    return f"{table}_{int(night_id)}"


def create_attempt(connection: Connection, table: str, night_id: int, as_of: date) -> str:
    """Create an attempt's empty table, in the shape of the published one; return its name.

    It has no index before `index_attempt`: they are made faster when the rows are there.
    """
    name = attempt_table(table, night_id)
    drop_attempt_table(connection, table, night_id)
    whole, like = quote(connection, ATTEMPTS, name), quote(connection, PUBLISHED, table)
    day = sa.literal(as_of).compile(
        dialect=connection.dialect, compile_kwargs={"literal_binds": True}
    )
    connection.execute(
        sa.text(
            f"create table {whole} (like {like} including defaults including comments, "
            f"check (night_id = {int(night_id)}), check (as_of = cast({day} as date)))"
        )
    )
    return name


def index_attempt(connection: Connection, table: str, night_id: int) -> None:
    """Give an attempt's filled table the indexes of the published one, which ATTACH takes over."""
    name = quote(connection, ATTEMPTS, attempt_table(table, night_id))
    shape = sa.inspect(connection)
    for index in shape.get_indexes(table, schema=PUBLISHED):
        columns = ", ".join(quote(connection, str(column)) for column in index["column_names"])
        method = index["dialect_options"].get("postgresql_using") or "btree"
        connection.execute(sa.text(f"create index on {name} using {method} ({columns})"))
    key = shape.get_pk_constraint(table, schema=PUBLISHED)["constrained_columns"]
    columns = ", ".join(quote(connection, column) for column in key)
    connection.execute(sa.text(f"alter table {name} add primary key ({columns})"))


def drop_attempt_table(connection: Connection, table: str, night_id: int) -> None:
    """Drop one table of an attempt, if it is there."""
    name = quote(connection, ATTEMPTS, attempt_table(table, night_id))
    connection.execute(sa.text(f"drop table if exists {name}"))


def where_is(connection: Connection, table: str, night_id: int) -> tuple[str, str]:
    """Return schema and name of a night's table: published, or else still an attempt's."""
    name = attempt_table(table, night_id)
    published = is_there(connection, PUBLISHED, name)
    return (PUBLISHED if published else ATTEMPTS, name)


def attach(connection: Connection, table: str, night_id: int) -> None:
    """Make an attempt's table a partition of the published one."""
    name = attempt_table(table, night_id)
    connection.execute(
        sa.text(f"alter table {quote(connection, ATTEMPTS, name)} set schema {PUBLISHED}")
    )
    connection.execute(
        sa.text(
            f"alter table {quote(connection, PUBLISHED, table)} attach partition "
            f"{quote(connection, PUBLISHED, name)} for values in ({int(night_id)})"
        )
    )


def detach_and_drop(connection: Connection, table: str, night_id: int) -> None:
    """Take a replaced partition out without stopping readers; needs an autocommit connection."""
    name = quote(connection, PUBLISHED, attempt_table(table, night_id))
    whole = quote(connection, PUBLISHED, table)
    attached = sa.text(
        "select inhdetachpending from pg_inherits where inhrelid = to_regclass(:partition)"
    )
    pending = connection.execute(attached, {"partition": name}).scalar()
    if pending is not None:
        how = "finalize" if pending else "concurrently"
        connection.execute(sa.text(f"alter table {whole} detach partition {name} {how}"))
    connection.execute(sa.text(f"drop table if exists {name}"))


def ensure_staging_partition(connection: Connection, entity: str, version: str) -> None:
    """Make sure staging.<entity> and the sightings have the partition of this staging version.

    A partition each keeps the planner's statistics of one version apart from the others'.
    """
    _ensure_version(connection, ("staging", entity), version)
    _ensure_version(connection, ("identity", "sightings"), version)


def _ensure_version(connection: Connection, table: tuple[str, str], version: str) -> None:
    if is_there(connection, table[0], f"{table[1]}_{version}"):
        return
    name = quote(connection, table[0], f"{table[1]}_{version}")
    parent = quote(connection, *table)
    literal = sa.literal(version).compile(
        dialect=connection.dialect, compile_kwargs={"literal_binds": True}
    )
    connection.execute(
        sa.text(f"create table {name} partition of {parent} for values in ({literal})")
    )


def index_staged(connection: Connection, entity: str, version: str) -> None:
    """Give staging.<entity> of a version the indexes that nights look into, if it has not.

    They are made when the history is there: filling a table that has them takes twice as long.
    """
    name = f"{entity}_{version}"
    if not is_there(connection, "staging", name):
        return
    for suffix, (columns, included) in LOOKUPS.get(entity, {}).items():
        named: list[sa.Column[Any]] = [sa.Column(c) for c in (*columns, *included)]
        table = sa.Table(name, sa.MetaData(), *named, schema="staging")
        index = sa.Index(
            f"{name}_{suffix}", *(table.c[c] for c in columns), postgresql_include=included
        )
        connection.execute(CreateIndex(index, if_not_exists=True))


def ensure_landing_partition(connection: Connection, entity: str, batch_id: int) -> None:
    """Make sure raw.<entity> has the partition that holds this batch."""
    landing_partitions.ensure(connection, entity, batch_id)
