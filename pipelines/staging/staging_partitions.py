"""Partitions of staging and sightings, one per staging version, and the indexes of nights."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateIndex

from pipelines.warehouse.statements import Table, is_there, quote

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


def ensure_staging_partition(connection: Connection, entity: str, version: str) -> None:
    """Make sure staging.<entity> and the sightings have the partition of this staging version.

    A partition each keeps the planner's statistics of one version apart from the others'.
    """
    _ensure_version(connection, Table("staging", entity), version)
    _ensure_version(connection, Table("identity", "sightings"), version)


def _ensure_version(connection: Connection, table: Table, version: str) -> None:
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
