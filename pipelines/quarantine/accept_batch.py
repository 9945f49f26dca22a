"""Accept a refused batch: its rows land again as a new batch that no table rule judges."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.deployment import Deployment
from pipelines.errors import NothingThere
from pipelines.landing import raw_partitions
from pipelines.landing.land import Landed
from pipelines.warehouse import statements
from pipelines.warehouse.locks import LANDING
from pipelines.warehouse.statements import Table


def accept(deployment: Deployment, batch_id: int) -> Landed:
    """Land the rows of a refused batch as a new one; accepted before, say so.

    Raises
    ------
    NothingThere
        If there is no such batch, it is not refused, or it has no rows.
    """
    version = deployment.versions.staging
    binds = {"batch_id": batch_id, "staging_version": version}
    warehouse = deployment.warehouse
    with warehouse.lock(LANDING, wait=True), warehouse.begin() as connection:
        found = statements.rows(connection, "quarantine/refused_batch", **binds)
        if not found:
            raise NothingThere(f"there is no batch {batch_id}: `nocturne status` tells of those.")
        batch = found[0]
        if batch["accepted_in"]:
            message = f"batch {batch_id} was accepted before, as batch {batch['accepted_in']}."
            return Landed(batch["source"], batch["file"], None, f"{message} Nothing was added.")
        _refuse_what_cannot_be(batch)
        return _land_again(deployment, connection, batch, version)


def _refuse_what_cannot_be(batch: sa.RowMapping) -> None:
    name = f"batch {batch['batch_id']} ({batch['source']}, {batch['file']})"
    if batch["state"] != "refused":
        how_far = batch["state"] or "not checked yet"
        raise NothingThere(f"{name} is not refused, it is {how_far}: nothing is to be accepted.")
    if batch["fault"] or not batch["stored_count"] + batch["deleted_count"]:
        raise NothingThere(
            f"{name} has no rows that could be accepted: {batch['fault'] or 'none was new.'} Have "
            "the file sent again, or once it or sources.yml is mended, land it with "
            f"`nocturne land --again {batch['file']}`."
        )
    if batch["lands_again"]:
        raise NothingThere(
            f"{name} was held against rows that were refused: it is to land anew, whole, with "
            f"`nocturne land --again {batch['file']}`."
        )


def _land_again(
    deployment: Deployment, connection: Connection, batch: sa.RowMapping, version: str
) -> Landed:
    """Copy the rows of a batch under a new number, in the caller's transaction."""
    entity, new = batch["entity"], int(statements.value(connection, "landing/next_batch"))
    raw_partitions.ensure_partition(connection, entity, new)
    statements.name_as(connection, "received", Table("raw", entity))
    binds = {"refused_batch": batch["batch_id"], "staging_version": version}
    statements.create_temporary(connection, "accepted", "quarantine/accepted", **binds)
    statements.drop_view(connection, "received")
    _copy(connection, entity, batch["batch_id"], new)
    rows, gone = _counts(connection)
    now = deployment.warehouse.clock()
    row: dict[str, Any] = {
        **batch,
        "batch_id": new,
        "mapping": json.dumps(batch["mapping"]),
        "landed_at": now,
        "landed_on": now.astimezone(deployment.configuration.zone).date(),
        "received_count": rows,
        "stored_count": rows,
        "deleted_count": gone,
        **dict.fromkeys(("duplicate_count", "unreadable_count", "left_out_count"), 0),
        "is_accepted": True,
        "replay_of": f"batch {batch['batch_id']}",
    }
    statements.run(connection, "landing/insert_batch", **row)
    left = batch["stored_count"] + batch["deleted_count"] - rows - gone
    message = f"batch {batch['batch_id']} is accepted as batch {new}: {rows:,} rows"
    message += f", {gone:,} no longer there" if gone else ""
    message += f"; {left:,} stay behind, as their key came again since" if left else ""
    return Landed(batch["source"], batch["file"], new, f"{message}.")


def _copy(connection: Connection, entity: str, refused: int, new: int) -> None:
    """Write the rows of the table `accepted` into raw under a new number."""
    names = statements.columns_of(connection, "raw", entity)
    table = sa.table(entity, *map(sa.column, names), schema="raw")
    accepted = sa.table("accepted", sa.column("row_no"))
    picked = sa.select(
        *(sa.literal(new) if name == "batch_id" else table.c[name] for name in names)
    ).where(table.c.batch_id == refused, table.c.row_no == accepted.c.row_no)
    connection.execute(table.insert().from_select(names, picked))


def _counts(connection: Connection) -> tuple[int, int]:
    """Return how many of the accepted are rows, and how many deletions that no row brought."""
    accepted = sa.table("accepted", sa.column("is_gone", sa.Boolean))
    gone = sa.func.count().filter(accepted.c.is_gone)
    counted = sa.select(sa.func.count() - gone, gone).select_from(accepted)
    rows, deletions = connection.execute(counted).one()
    return int(rows), int(deletions)
