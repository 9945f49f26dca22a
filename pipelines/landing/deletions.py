"""Derive deletions: rows that a full list, an order sent whole or a file landed again lacks.

A full list that is not whole deletes nobody: one without rows, or with rows that do not say what
they are about. One that lacks more than half of what there was is refused, unless somebody insists.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.model import Source
from pipelines.errors import SourceUnreadable
from pipelines.landing.inbox import Received
from pipelines.warehouse import statements

# A mailing list that loses half its people at once has been cut off, far oftener than the shop has
# lost them; of fewer than ten rows, half is a handful that may well go in one day.
LEAST_GONE = 10


@dataclass(frozen=True)
class Deletions:
    """How many keys to delete, kept in the temporary table `gone`; `note` says why not."""

    count: int = 0
    note: str | None = None


def find_deleted(
    connection: Connection, source: Source, received: Received, *, insists: bool
) -> Deletions:
    """Find what the file that waits as `rows_keyed` no longer has of what stands in `received`.

    Who insists on a file replaces what its bytes brought before.

    Raises
    ------
    SourceUnreadable
        If a full list lacks more than half of what there was and nobody insists.
    """
    if source.snapshot and not received.taken:
        return Deletions(note="a full list without rows deletes nobody.")
    selects = _selects(source, insists=insists and "path" in source.options)
    if not selects:
        return Deletions()
    binds = {"source": source.name, "file_hash": received.digest}
    columns = ("row_key", *ENTITIES[source.entity].keys)
    gone = sa.union(*(statements.select_of(name, columns, **binds) for name in selects))
    count = statements.create_temporary(connection, "gone", gone)
    if not source.snapshot or not count:
        return Deletions(count)
    nameless = len(received.unreadable) + int(
        statements.value(connection, "landing/nameless_count")
    )
    if nameless:
        return Deletions(
            note=f"{nameless:,} rows of the full list cannot be read or do not say what they are "
            f"about, so nobody knows what is missing: {count:,} {source.entity} that are not in it "
            "stay until a list comes that can be read whole."
        )
    if count >= LEAST_GONE and not insists:
        _refuse_half(connection, source, count)
    return Deletions(count)


def _selects(source: Source, *, insists: bool) -> list[str]:
    """Return the SELECTs that together say what is no longer there; a full list says it alone."""
    if source.snapshot:
        return ["landing/deleted_rows"]
    whole = ["landing/deleted_lines"] if source.orders_arrive_whole else []
    return whole + (["landing/replaced_rows"] if insists else [])


def _refuse_half(connection: Connection, source: Source, count: int) -> None:
    kept = int(statements.value(connection, "landing/still_there_count", source=source.name))
    if count > kept:
        raise SourceUnreadable(
            f"the full list has {kept:,} of the {kept + count:,} {source.entity} there were, and "
            f"{count:,} would be deleted: more than half. Ask whether it is whole; if it is, land "
            "it with `nocturne land --again FILE`."
        )


def store(connection: Connection, source: Source, batch_id: int) -> None:
    """Write the table `gone` into raw as deletions that carry their key alone, after the file's."""
    last_row_no = int(statements.value(connection, "landing/last_row_no"))
    keys = ENTITIES[source.entity].keys
    names = ["batch_id", "row_no", "source", "op", "row_key", "row_hash", *keys]
    target = sa.table(source.entity, *map(sa.column, names), schema="raw")
    gone = sa.table("gone", sa.column("row_key", sa.Text), *map(sa.column, keys))
    place = sa.func.row_number().over(order_by=gone.c.row_key)
    hashed = sa.cast(sa.func.md5(sa.literal("gone ") + gone.c.row_key), sa.Uuid)
    picked = sa.select(
        sa.literal(batch_id),
        sa.literal(last_row_no) + place,
        sa.literal(source.name),
        sa.literal("delete"),
        gone.c.row_key,
        hashed,
        *(gone.c[name] for name in keys),
    )
    connection.execute(target.insert().from_select(names, picked))
