"""Rows of a case: put into staging as they are, or received from files."""

import csv
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.checking import check
from pipelines.configuration.entities import ENTITIES
from pipelines.deployment import Deployment
from pipelines.landing import land
from pipelines.mapping.typed_rows import FOREVER
from pipelines.staging import sightings, stage, staging_partitions

Row = dict[str, Any]
# What a case may leave out, staged and received.
STAGED = {
    "order_lines": {"customer_ref": "c1", "quantity": 1, "net_amount": 10},
    "events": {"visitor_ref": "v1", "event_type": "page_view"},
}
RECEIVED: dict[str, Row] = {
    "customers": {"customer_ref": "c1"},
    "order_lines": {
        "order_id": "A", "line_no": "1", "ordered_at": "2026-11-20", "customer_ref": "c1",
        "quantity": 1, "net_amount": 10,
    },
    "events": {
        "event_id": "e1", "occurred_at": "2026-11-20T12:00:00Z", "event_type": "page_view",
        "visitor_ref": "v1",
    },
    "products": {"product_ref": "p1", "category": "tea"},
}  # fmt: skip
OTHER_VERSION = "old"  # of the stage, whose rows count for nobody
DELETED = "deleted"  # the column that says true of a deleted row
RECEIVED_INTO = (
    "raw.customers, raw.events, raw.order_lines, raw.products, ops.batches, ops.batch_states,"
    " ops.batch_days, ops.batch_profiles, ops.contract_results, quarantine.rows, staging.left_out,"
    " staging.left_out_accounts"
)
STAGED_INTO = (
    "staging.customers, staging.events, staging.order_lines, staging.products,"
    " identity.customer_refs, identity.sightings"
)


def empty(connection: Connection) -> None:
    """Forget every row that was received or staged."""
    tables = f"{RECEIVED_INTO}, {STAGED_INTO}".split(", ")
    # a tenth of what it takes to truncate tables of a few rows
    connection.execute(sa.text(";".join(f"delete from {table}" for table in tables)))


def put(connection: Connection, version: str, given: dict[str, list[Row]]) -> None:
    """Put staged rows into empty staging tables, batch by batch, with who was seen."""
    for entity in ENTITIES:
        for each in (version, OTHER_VERSION):
            staging_partitions.ensure_staging_partition(connection, entity, each)
    empty(connection)
    rows = {entity: [_staged(entity, dict(row), number) for number, row in enumerate(each, 1)]
            for entity, each in given.items()}  # fmt: skip
    every = [row for each in rows.values() for row in each]
    numbers = {row[rim] for row in every for rim in ("batch_from", "batch_to")} - {FOREVER}
    for batch_id in sorted(numbers):
        binds = {"staging_version": version, "batch_id": batch_id, "forever": FOREVER}
        for entity, each in rows.items():
            _put_batch(connection, entity, each, binds)
            if entity != "products":
                sightings.keep(connection, entity, binds)


def _put_batch(connection: Connection, entity: str, rows: list[Row], binds: Row) -> None:
    """Put the versions that a batch brings, and end those that it ends."""
    version, batch_id = binds["staging_version"], binds["batch_id"]
    for row in rows:
        if row["batch_from"] == batch_id:
            ends = row["batch_to"] if row["batch_to"] <= batch_id else FOREVER
            values = {"staging_version": version} | row | {"batch_to": ends}
            table = sa.table(entity, *map(sa.column, values), schema="staging")
            connection.execute(table.insert().values(values))
            ref = row.get("customer_ref")
            if ref and values["staging_version"] == version:
                connection.execute(
                    sa.text(
                        "insert into identity.customer_refs values (:v, :s, :r, :b, "
                        "staging.first_63_bits(:s || chr(31) || :r)) on conflict do nothing"
                    ),
                    {"v": version, "s": row["customer_space"], "r": ref, "b": batch_id},
                )
        elif row["batch_to"] == batch_id:
            connection.execute(
                sa.text(
                    f"update staging.{entity} set batch_to = :b where staging_version = :v"
                    " and row_key = :k and source = :s and batch_from = :f"
                ),
                {"b": batch_id, "v": version, "k": row["row_key"], "s": row["source"],
                 "f": row["batch_from"]},
            )  # fmt: skip


def _staged(entity: str, row: Row, number: int) -> Row:
    """Return a row of a case as its staging table holds it."""
    time = row.pop("at", None)
    plain: Row = {
        "source": entity, "row_key": str(number), "row_no": number, "batch_from": 1,
        "batch_to": FOREVER, "customer_space": "shared", **STAGED.get(entity, {}),
    }  # fmt: skip
    if entity == "order_lines":
        plain |= {"order_id": str(number), "ordered_at": _instant(row["ordered_on"], time)}
    if entity == "events":
        plain |= {"occurred_at": _instant(row["occurred_on"], time)}
    if entity in ("order_lines", "events"):
        plain["has_time"] = time is not None
    merged = plain | row
    if entity == "products":
        del merged["customer_space"]
        return merged
    names = ("customer_ref", "email", "phone", "visitor_ref")
    known = [f"{name}:{merged[name]}" for name in names if merged.get(name)]
    return merged | {"record_ref": merged.get("customer_ref") or (" ".join(known) or None)}


def _instant(day: date, time: str | None) -> datetime:
    """Return a day and a time of day, midnight without one, in UTC."""
    return datetime.fromisoformat(f"{day}T{time or '00:00'}").replace(tzinfo=UTC)


def receive(deployment: Deployment, batches: list[dict[str, list[Row]]]) -> None:
    """Land files in their order, each an entry {source: rows}, then check and stage them."""
    entities = {source.name: source.entity for source in deployment.configuration.sources}
    for source in entities:
        shutil.rmtree(deployment.home / source, ignore_errors=True)
    for number, files in enumerate(batches, 1):
        for source, rows in files.items():
            columns = columns_of(entities[source], source, batches)
            _write(deployment.home / source / f"{number}.csv", entities[source], columns, rows)
        land.land(deployment)
    check.check(deployment)
    stage.stage(deployment)


def columns_of(entity: str, source: str, batches: list[dict[str, list[Row]]]) -> list[str]:
    """Return the columns of a case's source: those any of its rows has."""
    rows = [row for files in batches for row in files.get(source, [])]
    return list(dict.fromkeys(name for row in rows for name in RECEIVED[entity] | row))


def _write(path: Path, entity: str, columns: list[str], rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(RECEIVED[entity] | row for row in rows)
