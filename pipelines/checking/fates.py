"""The fate of every received row: each row has one, and they add up to the rows received."""

from collections import Counter

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.errors import BalanceBroken
from pipelines.warehouse import statements
from pipelines.warehouse.statements import Table

FATES = ("current", "superseded", "duplicate", "quarantined", "replayed", "refused", "left out")
Fates = Counter[str]


def prove_staged(
    connection: Connection, entity: str, staging_version: str, batch_id: int
) -> tuple[Fates, int]:
    """Return the fates of a batch's rows, in the transaction that stages it, and its deletions.

    Raises
    ------
    BalanceBroken
        If they do not add up to the rows received, or a row has two.
    """
    binds = {"staging_version": staging_version, "batch_id": batch_id}
    [batch] = statements.rows(connection, "checking/batch_received", **binds)
    statements.name_as(connection, "staged", Table("staging", f"{entity}_{staging_version}"))
    fates = _counted(connection, "checking/batch_fates", binds)
    statements.drop_view(connection, "staged")
    deletions = Fates()
    if fates.total() != batch["received_count"]:  # then some of its rows are deletions
        deletions = _counted(connection, "checking/batch_deletions", binds)
    return _proven(batch, fates + deletions), deletions.total()


def prove_refused(connection: Connection, staging_version: str, batch_id: int) -> Fates:
    """Return the fates of a batch's rows, in the transaction that refuses it.

    Raises
    ------
    BalanceBroken
        If they do not add up to the rows received.
    """
    binds = {"staging_version": staging_version, "batch_id": batch_id}
    [batch] = statements.rows(connection, "checking/batch_received", batch_id=batch_id)
    return _proven(batch, _counted(connection, "checking/batch_refused", binds))


def _counted(connection: Connection, select: str, binds: dict[str, object]) -> Fates:
    """Return rows by fate; joined by hash, as of what has just come the planner knows nothing."""
    _nested_loops(connection, "off")
    found = statements.rows(connection, select, **binds)
    _nested_loops(connection, "on")
    return Counter({row["fate"]: row["row_count"] for row in found})


def _nested_loops(connection: Connection, allowed: str) -> None:
    connection.execute(sa.select(sa.func.set_config("enable_nestloop", allowed, True)))


def _proven(batch: sa.RowMapping, fates: Fates) -> Fates:
    if fates.total() == batch["received_count"] and set(fates) <= set(FATES):
        return fates
    raise BalanceBroken(
        f"{batch['source']}, {batch['file']} (batch {batch['batch_id']}): "
        f"{batch['received_count']:,} rows were received, but what became of them adds up to "
        f"{fates.total():,}: {message(fates)}. "
        "Nothing of the batch is staged, the last good night stays. If raw, staging or quarantine "
        "were changed by hand, restore them from a backup; if not, this is a fault of Nocturne: "
        "report this sentence."
    )


def message(fates: Fates) -> str:
    """Return fates as words."""
    return ", ".join(f"{count:,} {fate}" for fate, count in in_order(fates)) or "nothing"


def in_order(fates: Fates) -> list[tuple[str, int]]:
    """Return fates with their rows in the order of FATES; what is none of them last."""
    order = (*FATES, *sorted(set(fates) - set(FATES)))
    return [(fate, fates[fate]) for fate in order if fates[fate]]
