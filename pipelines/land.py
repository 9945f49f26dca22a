"""Receive what is new from all sources: every row into raw as text, one transaction per file."""

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from pipelines import gone, inbox, partitions, warehouse
from pipelines.configuration import Source
from pipelines.deployment import Deployment
from pipelines.errors import SourceUnreadable
from pipelines.locks import LANDING
from pipelines.sources import files
from pipelines.sources.files import Reading


@dataclass(frozen=True)
class File:
    """One file of a source; `insists` says that somebody wants it taken in all the same."""

    source: Source
    path: Path
    digest: str
    insists: bool

    @property
    def name(self) -> str:
        """What ops.batches calls it."""
        return files.name_of(self.source.path, self.path)


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
    What a full list or a whole order no longer has is deleted in the batch of its file.
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
    names = {path.name, str(path), files.name_of(source.path, path)}
    file = File(source, path, files.sha256_of(path), not names.isdisjoint(again))
    before = None if file.insists else _landed_before(deployment, file)
    if before:
        return Landed(source.name, file.name, None, before)
    try:
        return _land_new(deployment, file)
    except SourceUnreadable as error:
        return _land_fault(deployment, file, str(error))


def _landed_before(deployment: Deployment, file: File) -> str | None:
    with deployment.warehouse.begin() as connection:
        found = warehouse.rows(
            connection,
            "1_raw/landed_file",
            source=file.source.name,
            file_hash=file.digest,
            file=file.name,
            is_full_list=file.source.snapshot,
        )
    if not found:
        return None
    if found[0]["fault"]:
        return (
            f"was refused before, as batch {found[0]['batch_id']}; passed over. Once mended, or to "
            "take it in all the same: `nocturne land --again FILE`."
        )
    return f"landed before, as batch {found[0]['batch_id']} from {found[0]['file']}; passed over."


def _land_new(deployment: Deployment, file: File) -> Landed:
    source = file.source
    options = {"encoding": source.encoding, "delimiter": source.delimiter}
    reader = import_module(f"pipelines.sources.{source.kind}")
    reading: Reading = reader.read(file.path, options)
    fill = inbox.fill_from_lines if source.kind == "jsonl" else inbox.fill_from_columns
    received = fill(deployment.warehouse, source, reading)
    with deployment.warehouse.begin() as connection:
        return _move(deployment, connection, file, reading, received)


def _move(
    deployment: Deployment,
    connection: Connection,
    file: File,
    reading: Reading,
    received: inbox.Received,
) -> Landed:
    """Move the inbox into raw and record the batch, in the caller's transaction."""
    source, unreadable = file.source, reading.unreadable
    batch_id = int(warehouse.value(connection, "1_raw/next_batch"))
    partitions.ensure_landing_partition(connection, source.entity, batch_id)
    warehouse.name_as(connection, "inbox", "raw", f"inbox_{source.entity}")
    warehouse.create_view(connection, "marked", "1_raw/marked", extra_columns=received.extras)
    warehouse.create_view(connection, "keyed", f"1_raw/keyed_{source.entity}")
    warehouse.name_as(connection, "received", "raw", source.entity)
    absent = gone.find(connection, source, received.rows, len(unreadable), insists=file.insists)
    binds: dict[str, Any] = {"source": source.name, "batch_id": batch_id}
    stored = warehouse.insert_select(connection, ("raw", source.entity), "1_raw/new_rows", **binds)
    if absent.count:
        gone.store(connection, source, batch_id)
    for view in ("keyed", "marked", "inbox", "received"):
        warehouse.drop_view(connection, view)
    batch = _batch(deployment, file, batch_id) | {
        "columns": received.columns,
        "received_count": received.rows + len(unreadable),
        "stored_count": stored,
        "duplicate_count": received.rows - stored,
        "unreadable_count": len(unreadable),
        "deleted_count": absent.count,
        "note": absent.note,
    }
    warehouse.run(connection, "ops/insert_batch", **batch)
    inbox.keep_unreadable(connection, batch, unreadable)
    return Landed(source.name, file.name, batch_id, _sentence(batch))


def _sentence(batch: dict[str, Any]) -> str:
    told = f"batch {batch['batch_id']}: {batch['stored_count']:,} new rows"
    for count, words in (
        ("deleted_count", "no longer there"),
        ("duplicate_count", "seen before"),
        ("unreadable_count", "unreadable"),
    ):
        told += f", {batch[count]:,} {words}" if batch[count] else ""
    return f"{told}: {batch['note']}" if batch["note"] else f"{told}."


def _land_fault(deployment: Deployment, file: File, fault: str) -> Landed:
    """Give a file that cannot be read its landing number, without rows."""
    source = file.source
    with deployment.warehouse.begin() as connection:
        batch_id = int(warehouse.value(connection, "1_raw/next_batch"))
        row = _batch(deployment, file, batch_id) | {"fault": fault}
        warehouse.run(connection, "ops/insert_batch", **row)
    return Landed(source.name, file.name, batch_id, f"{source.name}, batch {batch_id}: {fault}")


def _batch(deployment: Deployment, file: File, batch_id: int) -> dict[str, Any]:
    """Return the row of ops.batches of a file nothing has come from yet."""
    source, now = file.source, deployment.warehouse.clock()
    counts = ("received", "stored", "duplicate", "unreadable", "deleted")
    return {
        "batch_id": batch_id,
        "source": source.name,
        "entity": source.entity,
        "customer_space": source.customer_space,
        "file": file.name,
        "file_hash": file.digest,
        "byte_count": file.path.stat().st_size,
        "columns": [],
        "mapping": json.dumps(source.columns),
        "landed_at": now,
        "landed_on": now.astimezone(deployment.configuration.zone).date(),
        "fault": None,
        "note": None,
        **{f"{count}_count": 0 for count in counts},
    }
