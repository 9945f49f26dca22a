"""Receive what is new from all sources: every row into raw as text, one transaction per file."""

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from pipelines import inbox, partitions, warehouse
from pipelines.configuration import Source
from pipelines.deployment import Deployment
from pipelines.errors import SourceUnreadable
from pipelines.locks import LANDING
from pipelines.sources import files
from pipelines.sources.files import Reading


@dataclass(frozen=True)
class Landed:
    """What became of one file."""

    source: str
    file: str
    batch_id: int | None
    sentence: str


def land(deployment: Deployment, again: tuple[str, ...] = ()) -> list[Landed]:
    """Land the new files of every source, in the order of sources.yml, files by name.

    A file whose bytes were landed before is passed over, unless its name is in `again`. A file
    that cannot be read at all becomes a batch without rows, for check to refuse; the others go on.
    """
    done = []
    with deployment.warehouse.lock(LANDING, wait=True):
        for source in deployment.configuration.sources:
            found = files.find(source.path)
            if not found:
                sentence = f"{source.name}: no file at {source.path}."
                done.append(Landed(source.name, source.path, None, sentence))
            for path in found:
                done.append(land_file(deployment, source, path, again))
    return done


def land_file(
    deployment: Deployment, source: Source, path: Path, again: tuple[str, ...] = ()
) -> Landed:
    """Land one file, or say why not."""
    digest = files.sha256_of(path)
    insists = path.name in again or str(path) in again
    before = None if insists else _landed_before(deployment, source, digest)
    if before:
        return Landed(source.name, path.name, None, before)
    try:
        return _land_new(deployment, source, path, digest)
    except SourceUnreadable as error:
        return _land_fault(deployment, (source, path, digest), str(error))


def _landed_before(deployment: Deployment, source: Source, digest: str) -> str | None:
    with deployment.warehouse.begin() as connection:
        found = warehouse.rows(
            connection, "1_raw/landed_file", source=source.name, file_hash=digest
        )
    if not found:
        return None
    if found[0]["fault"]:
        return (
            f"could not be read before, as batch {found[0]['batch_id']}; passed over. Once mended: "
            "`nocturne land --again FILE`."
        )
    return f"landed before, as batch {found[0]['batch_id']} from {found[0]['file']}; passed over."


def _land_new(deployment: Deployment, source: Source, path: Path, digest: str) -> Landed:
    options = {"encoding": source.encoding, "delimiter": source.delimiter}
    reader = import_module(f"pipelines.sources.{source.kind}")
    reading: Reading = reader.read(path, options)
    fill = inbox.fill_from_lines if source.kind == "jsonl" else inbox.fill_from_columns
    received = fill(deployment.warehouse, source, reading)
    with deployment.warehouse.begin() as connection:
        return _move(deployment, connection, (source, path, digest), reading, received)


def _move(
    deployment: Deployment,
    connection: Connection,
    file: tuple[Source, Path, str],
    reading: Reading,
    received: inbox.Received,
) -> Landed:
    """Move the inbox into raw and record the batch, in the caller's transaction."""
    source, path, _ = file
    batch_id = int(warehouse.value(connection, "1_raw/next_batch"))
    partitions.ensure_landing_partition(connection, source.entity, batch_id)
    stored = warehouse.insert_select(
        connection,
        ("raw", source.entity),
        f"1_raw/{source.entity}",
        source=source.name,
        batch_id=batch_id,
        extra_columns=received.extras,
    )
    unreadable = reading.unreadable
    duplicates = received.rows - stored
    batch = _batch(deployment, file, batch_id) | {
        "columns": received.columns,
        "received_count": received.rows + len(unreadable),
        "stored_count": stored,
        "duplicate_count": duplicates,
        "unreadable_count": len(unreadable),
    }
    warehouse.run(connection, "ops/insert_batch", **batch)
    inbox.keep_unreadable(connection, batch, unreadable)
    sentence = f"batch {batch_id}: {stored:,} new rows"
    sentence += f", {duplicates:,} seen before" if duplicates else ""
    sentence += f", {len(unreadable):,} unreadable" if unreadable else ""
    return Landed(source.name, path.name, batch_id, sentence + ".")


def _land_fault(deployment: Deployment, file: tuple[Source, Path, str], fault: str) -> Landed:
    """Give a file that cannot be read its landing number, without rows."""
    source, path, _ = file
    with deployment.warehouse.begin() as connection:
        batch_id = int(warehouse.value(connection, "1_raw/next_batch"))
        row = _batch(deployment, file, batch_id) | {"fault": fault}
        warehouse.run(connection, "ops/insert_batch", **row)
    return Landed(source.name, path.name, batch_id, f"{source.name}, batch {batch_id}: {fault}")


def _batch(deployment: Deployment, file: tuple[Source, Path, str], batch_id: int) -> dict[str, Any]:
    """Return the row of ops.batches of a file nothing has come from yet."""
    source, path, digest = file
    now = deployment.warehouse.clock()
    counts = ("received_count", "stored_count", "duplicate_count", "unreadable_count")
    return {
        "batch_id": batch_id,
        "source": source.name,
        "entity": source.entity,
        "customer_space": source.customer_space,
        "file": path.name,
        "file_hash": digest,
        "byte_count": path.stat().st_size,
        "columns": [],
        "mapping": json.dumps(source.columns),
        "landed_at": now,
        "landed_on": now.astimezone(deployment.configuration.zone).date(),
        "fault": None,
        **dict.fromkeys(counts, 0),
    }
