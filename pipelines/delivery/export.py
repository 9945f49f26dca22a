"""Deliver what is due: the newest published night, to people who consent, whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy.engine import Connection

from pipelines.attempts import recorded
from pipelines.attempts.night import Night
from pipelines.configuration.export_columns import schema_of
from pipelines.configuration.model import Configuration, Destination
from pipelines.delivery.interface import Delivery
from pipelines.delivery.order import (
    COUNTS,
    Order,
    asks_consent,
    has_consent,
    rows_of,
    sentence_of,
)
from pipelines.delivery.ways import delivery_of
from pipelines.deployment import Deployment
from pipelines.errors import DestinationUnavailable, NothingThere
from pipelines.warehouse import attempt_tables, locks, statements

BATCH_ROWS = 10_000
Outcome = Literal["delivered", "already delivered", "due"]


@dataclass(frozen=True)
class Delivered:
    """What came of one destination."""

    destination: str
    outcome: Outcome
    night_id: int
    as_of: date
    counts: dict[str, int]
    sentence: str
    stands_out: bool = False


def export(tonight: Night) -> int:
    """Deliver a night that has just been published; return to how many destinations it went."""
    clock = tonight.deployment.warehouse.clock
    began = clock()
    newest = newest_night(tonight.deployment)
    if newest["night_id"] != tonight.night_id:
        _note(tonight, f"Nothing was exported: {newest['as_of']} is the newest published night.")
        return 0
    results = deliver(tonight.deployment)
    for result in results:
        if result.stands_out:
            _note(tonight, result.sentence)
    with tonight.deployment.warehouse.begin() as connection:
        seconds = round((clock() - began).total_seconds(), 3)
        tonight.record(connection, "step_seconds", {"export": seconds})
    return sum(result.outcome == "delivered" for result in results)


def deliver(
    deployment: Deployment, only: str | None = None, dry_run: bool = False
) -> list[Delivered]:
    """Deliver the newest published night to each destination that does not have it yet.

    `only` names one destination; a dry run counts and writes nothing.

    Raises
    ------
    NothingThere
        If no night is published, or there is no such destination.
    DestinationUnavailable
        If one or more could not be written; the others have been.
    """
    results, failures = [], []
    for destination in _requested(deployment.configuration, only):
        try:
            results.append(_deliver(deployment, destination, dry_run))
        except OSError as error:
            failures.append(f"{destination.name} ({destination.path}): {error.strerror or error}")
    if failures:
        raise DestinationUnavailable(
            f"export: {'; '.join(failures)}. What was delivered before stays current there; mend "
            "it, then `nocturne export`."
        )
    return results


def newest_night(deployment: Deployment) -> dict[str, Any]:
    """Return the newest published night.

    Raises
    ------
    NothingThere
        If none is.
    """
    with deployment.warehouse.begin() as connection:
        return _newest(connection)


def _newest(connection: Connection) -> dict[str, Any]:
    found = statements.rows(connection, "delivery/newest")
    if not found:
        raise NothingThere(
            "no night is published, so there is nothing to export: `nocturne night`."
        )
    return dict(found[0])


def _requested(configuration: Configuration, only: str | None) -> list[Destination]:
    known = {destination.name: destination for destination in configuration.destinations}
    if only is not None and only not in known:
        raise NothingThere(f"destinations.yml has no {only}. It has: {', '.join(known) or 'none'}.")
    return list(known.values()) if only is None else [known[only]]


def _deliver(deployment: Deployment, destination: Destination, dry_run: bool) -> Delivered:
    """Deliver to one destination in one transaction, which ends after all has arrived."""
    with deployment.warehouse.begin() as connection:
        locks.take(connection, locks.DELIVERING)
        order = _order(deployment, connection, destination)
        delivery = delivery_of(order)
        held = _held(connection, order, delivery)
        if held:
            counts = {name: held[name] for name in COUNTS}
            return _result(order, "already delivered", counts)
        with reading(connection, order.night["night_id"]):
            counts = choose(connection, order)
            if dry_run:
                return _result(order, "due", counts)
            receipt = delivery.resume() or delivery.put(_batches(connection, order), counts)
        now, arrived = deployment.warehouse.clock(), receipt._asdict()
        statements.run(connection, "delivery/insert", now=now, **order.binds, **counts, **arrived)
    return _result(order, "delivered", counts)


def _held(connection: Connection, order: Order, delivery: Delivery) -> dict[str, Any] | None:
    """Return what the destination was given last, if that is what is ordered and still there."""
    last = statements.rows(connection, "delivery/done", **order.binds)
    ordered = (order.night["night_id"], order.configuration)
    for row in last:
        given = (row["night_id"], row["destination_configuration"])
        if given == ordered and delivery.holds(row["path"]):
            return dict(row)
    return None


def _order(deployment: Deployment, connection: Connection, destination: Destination) -> Order:
    night = _newest(connection)
    made_by = deployment.versions
    if not asks_consent(destination):
        return Order(destination, night, made_by, None, has_consent(deployment.configuration))
    known_at = recorded.newest_known_at(connection, made_by.staging)
    if known_at < night["known_at"]:
        raise NothingThere(
            f"export: consent is known up to landing {known_at} only, the night of "
            f"{night['as_of']} knew {night['known_at']}: code or sources.yml have changed since. "
            "`nocturne land` stages everything anew; then `nocturne export`."
        )
    return Order(destination, night, made_by, known_at, has_consent(deployment.configuration))


@contextmanager
def reading(connection: Connection, night_id: int) -> Iterator[None]:
    """Let the SELECTs of an export read a night's tables, published or not, by plain names."""
    for table in attempt_tables.TABLES:
        statements.name_as(connection, table, attempt_tables.where_is(connection, table, night_id))
    yield
    for table in attempt_tables.TABLES:
        statements.drop_view(connection, table)


def choose(connection: Connection, order: Order) -> dict[str, int]:
    """Build `exportable`: who may be sent; return how many, and why not the others."""
    binds = order.binds
    statements.create_temporary(connection, "consenting", "delivery/export_consenting", **binds)
    statements.create_temporary(connection, "exportable", "delivery/export_people", **binds)
    return dict(statements.rows(connection, "delivery/export_counts")[0])


def _batches(connection: Connection, order: Order) -> Iterator[pa.RecordBatch]:
    """Stream the rows of an order: memory does not grow with the people."""
    schema = schema_of(order.destination.columns)
    # SQLAlchemy 2.1.9 keeps every row when asked for `yield_per` and `partitions`.
    streamed = rows_of(order).execution_options(stream_results=True, max_row_buffer=BATCH_ROWS)
    result = connection.execute(streamed).mappings()
    while rows := result.fetchmany(BATCH_ROWS):
        people = [{name: row[name] for name in schema.names} for row in rows]
        yield pa.RecordBatch.from_pylist(people, schema=schema)


def _result(order: Order, outcome: Outcome, counts: dict[str, int]) -> Delivered:
    night_id, as_of = order.night["night_id"], order.night["as_of"]
    return Delivered(
        destination=order.destination.name,
        outcome=outcome,
        night_id=night_id,
        as_of=as_of,
        counts=counts,
        sentence=sentence_of(order, counts),
        stands_out=not counts["row_count"] or not asks_consent(order.destination),
    )


def _note(tonight: Night, sentence: str) -> None:
    with tonight.deployment.warehouse.begin() as connection:
        tonight.note(connection, sentence)
