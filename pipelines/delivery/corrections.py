"""Compare a night's next delivery with the last one, per destination: added, changed, removed.

Both sides are asked of the database: what was delivered last, from the night and the consent it
was delivered with, and what the night in question would give with the consent of now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.attempts import compare
from pipelines.configuration.export_columns import schema_of
from pipelines.configuration.model import Destination
from pipelines.configuration.versions import Versions
from pipelines.delivery import export
from pipelines.delivery.order import Order, asks_consent, has_consent, rows_of
from pipelines.deployment import Deployment
from pipelines.warehouse import statements

BEFORE, AFTER = "export_before", "export_after"
KEY, DATED = "person_id", "last_updated"  # a later day alone corrects nothing


@dataclass(frozen=True)
class Correction:
    """One destination: rows that its next delivery adds, changes and removes.

    `whole` says why every row counts as added: nothing to compare with.
    """

    destination: str
    added: int
    changed: int
    removed: int
    whole: str | None = None


def corrections(
    deployment: Deployment, connection: Connection, night: Mapping[str, Any]
) -> list[Correction]:
    """Return what delivering a night would correct; `night` holds the binds of an order."""
    return [
        _correction(deployment, connection, destination, night)
        for destination in deployment.configuration.destinations
    ]


def _correction(
    deployment: Deployment,
    connection: Connection,
    destination: Destination,
    night: Mapping[str, Any],
) -> Correction:
    known = deployment.versions
    consent = has_consent(deployment.configuration)
    asked_at = night["known_at"] if asks_consent(destination) else None
    order = Order(destination, dict(night), known, asked_at, consent)
    rows = _export(connection, AFTER, order)
    found = statements.rows(connection, "delivery/delivered", destination=destination.name)
    if not found:
        return Correction(destination.name, rows, 0, 0, "nothing was delivered to it yet")
    last = dict(found[0])
    if last["destination_configuration"] != order.configuration:
        return Correction(destination.name, rows, 0, 0, "its entry has changed since")
    if not compare.is_kept(connection, compare.published(last["night_id"])):
        return Correction(destination.name, rows, 0, 0, f"the night of {last['as_of']} is gone")
    then = Versions(known.code, known.configuration, last["staging_version"])
    before = Order(destination, last, then, last["consent_known_at"], consent)
    _export(connection, BEFORE, before)
    names = [n for n in schema_of(destination.columns).names if n not in (KEY, DATED)]
    return Correction(destination.name, *_count(connection, names))


def _export(connection: Connection, table: str, order: Order) -> int:
    """Store the rows of a delivery; return how many there are."""
    with export.reading(connection, order.night["night_id"]):
        export.choose(connection, order)
        return statements.create_temporary(connection, table, rows_of(order))


def _count(connection: Connection, names: list[str]) -> tuple[int, int, int]:
    """Return how many rows are added, changed and removed."""
    before, after = (sa.table(name, *map(sa.column, (KEY, *names))) for name in (BEFORE, AFTER))
    is_new, is_gone = before.c[KEY].is_(None), after.c[KEY].is_(None)
    differs = sa.or_(sa.false(), *(before.c[n].is_distinct_from(after.c[n]) for n in names))
    changed = sa.and_(sa.not_(is_new), sa.not_(is_gone), differs)
    counted = [sa.func.count().filter(which) for which in (is_new, changed, is_gone)]
    joined = before.join(after, before.c[KEY] == after.c[KEY], full=True)
    row = connection.execute(sa.select(*counted).select_from(joined)).one()
    return row[0], row[1], row[2]
