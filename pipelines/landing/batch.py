"""Land one batch in one transaction: inbox to raw, its deletions, its row of ops.batches."""

import json
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.engine import Connection

from pipelines.configuration.model import Source
from pipelines.deployment import Deployment
from pipelines.landing import deletions, inbox, raw_partitions, row_keys
from pipelines.landing.deletions import Deletions
from pipelines.landing.inbox import Received
from pipelines.mapping import column_select
from pipelines.warehouse import statements
from pipelines.warehouse.statements import Table

Row = dict[str, Any]

# Looking up the last version of a key costs as much as reading and sorting so many versions.
LOOKUP_COST = 10


@dataclass(frozen=True)
class Batch:
    """What is to land as one batch, and what it came from.

    `insists` says that it is to be let in whatever is wrong with it as a whole.
    """

    source: Source
    name: str
    digest: str | None
    byte_count: int = 0
    stamp: str | None = None
    insists: bool = False
    replay_of: str | None = None

    def named(self, digest: str | None) -> "Batch":
        """Return the batch with the sha256 of its bytes."""
        return replace(self, digest=digest)

    def row(self, deployment: Deployment, batch_id: int) -> Row:
        """Return its row of ops.batches, as if nothing had come yet."""
        now = deployment.warehouse.clock()
        counts = ("received", "stored", "duplicate", "unreadable", "deleted", "left_out")
        meaning = {ours: recipe.meaning for ours, recipe in self.source.columns.items()}
        return {
            "batch_id": batch_id,
            "source": self.source.name,
            "entity": self.source.entity,
            "customer_space": self.source.customer_space,
            "file": self.name,
            "file_hash": self.digest,
            "byte_count": self.byte_count,
            "columns": [],
            "mapping": json.dumps(meaning),
            "landed_at": now,
            "landed_on": now.astimezone(deployment.configuration.zone).date(),
            "fault": None,
            "note": None,
            "watermark": None,
            "stamp": self.stamp,
            "is_accepted": self.insists,
            "replay_of": self.replay_of,
            **{f"{count}_count": 0 for count in counts},
        }


def move(deployment: Deployment, connection: Connection, batch: Batch, received: Received) -> Row:
    """Move the inbox into raw and record the batch, in the caller's transaction; return its row.

    Raises
    ------
    SourceUnreadable
        If a full list lacks more than half of what there was and nobody insists.
    """
    source, rows, unreadable = batch.source, received.taken, received.unreadable
    received = replace(received, digest=batch.digest or received.digest)
    batch_id = int(statements.value(connection, "landing/next_batch"))
    place = raw_partitions.table_of(connection, source.entity, batch_id)
    _name(connection, source, received)
    absent = Deletions()  # rows that come again are no whole list, nor whole orders
    with row_keys.keyed(connection, source):
        if batch.replay_of is None:
            absent = deletions.find_deleted(connection, source, received, insists=batch.insists)
        select = _select_of_new_rows(connection, source, rows)
        binds: Row = {"source": source.name, "batch_id": batch_id}
        stored = raw_partitions.store(connection, place, select, **binds)
        if absent.count:
            deletions.store(connection, source, batch_id)
    for view in ("mapped", "received"):
        statements.drop_view(connection, view)
    statements.drop_table(connection, *inbox.INBOX)
    done = batch.named(received.digest).row(deployment, batch_id) | {
        "columns": received.columns,
        "mapping": json.dumps(_resolved(source, received)),
        "received_count": received.rows + len(unreadable),
        "stored_count": stored,
        "duplicate_count": rows - stored,
        "unreadable_count": len(unreadable),
        "left_out_count": received.left_out,
        "deleted_count": absent.count,
        "note": absent.note,
        "watermark": received.watermark,
    }
    statements.run(connection, "landing/insert_batch", **done)
    inbox.keep_unreadable(connection, done, unreadable)
    return done


def _name(connection: Connection, source: Source, received: Received) -> None:
    """Let the SELECTs of a landing call by plain names what came and what came before."""
    statements.create_view(connection, "mapped", column_select.mapped(source, received.cells))
    refused = (
        statements.run(connection, "contracts/refused_batches", source=source.name).scalars().all()
    )
    if not refused:
        statements.name_as(connection, "received", Table("raw", source.entity))
        return
    table = sa.table(source.entity, sa.column("batch_id"), schema="raw")
    others = (
        sa.select(sa.text("*"))
        .select_from(table)
        .where(table.c.batch_id != sa.all_(array(refused)))
    )
    statements.create_view(connection, "received", others)


def _select_of_new_rows(connection: Connection, source: Source, rows: int) -> str:
    """Return the SELECT that tells new rows from known ones, by how many there are of each."""
    known = int(statements.value(connection, "landing/received_count", source=source.name))
    if not known:
        return "landing/first_rows"
    is_many = rows * LOOKUP_COST > known
    return "landing/new_rows_of_many" if is_many else "landing/new_rows"


def _resolved(source: Source, received: Received) -> Row:
    """Return what this batch's columns are to us: a name for each that is theirs as it came."""
    plain = received.cells.plain
    return {
        ours: plain.get(ours) or _made(recipe.meaning) for ours, recipe in source.columns.items()
    }


def _made(meaning: Any) -> Any:
    """Return a recipe that is no plain rename, so that it is not taken for one."""
    return {"from": [meaning]} if isinstance(meaning, str) else meaning
