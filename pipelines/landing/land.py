"""Land what is new of all sources in raw, one transaction per extract."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from pipelines import faults
from pipelines.configuration.model import Source
from pipelines.deployment import Deployment
from pipelines.errors import SourceUnavailable, SourceUnfinished, SourceUnreadable
from pipelines.landing import batch as landing_batch
from pipelines.landing import inbox
from pipelines.landing.batch import Batch
from pipelines.landing.inbox import Received
from pipelines.sources.files.glob import why_missing
from pipelines.sources.interface import Extract, ExtractRequest, RowStream
from pipelines.sources.readers import reader_of
from pipelines.warehouse import statements
from pipelines.warehouse.locks import LANDING


@dataclass(frozen=True)
class Landed:
    """What became of one arrival."""

    source: str
    file: str
    batch_id: int | None
    sentence: str

    @property
    def line(self) -> str:
        """The sentence, with the arrival it is about."""
        return f"{self.source:16} {self.file}: {self.sentence}"


def land(deployment: Deployment, again: tuple[str, ...] = ()) -> list[Landed]:
    """Land what is new of every source, in the order of sources.yml, files by name.

    A file whose bytes were landed before is passed over, unless its name is in `again`: then it
    replaces what it brought. What cannot be read at all becomes a batch without rows, for check to
    refuse; the others go on. What a full list, a whole order or a file landed again no longer has
    is deleted in the batch of its file.

    Raises
    ------
    SourceUnavailable
        If a source cannot be reached now or brings out a fault of ours before it names what it has,
        after all others have landed, unless settings.yml lets the night go on.
    """
    done: list[Landed] = []
    unreachable = []
    with deployment.warehouse.lock(LANDING, wait=True):
        for source in deployment.configuration.sources:
            try:
                done += land_source(deployment, source, again)
            except (SourceUnavailable, SourceUnreadable) as error:
                unreachable.append(str(error))
            except Exception as error:
                if not faults.is_of_batch(error):
                    raise
                unreachable.append(faults.report(deployment, error, source.name))
            else:
                continue
            done.append(Landed(source.name, "", None, unreachable[-1]))
    if unreachable and deployment.configuration.night_on_refused == "stop":
        raise SourceUnavailable(" ".join(unreachable))
    return done


def land_source(
    deployment: Deployment, source: Source, again: tuple[str, ...] = ()
) -> Iterator[Landed]:
    """Land what is new of one source; the caller holds the lock of landing."""
    requested, found = _asked(deployment, source, again), False
    for arrival in reader_of(source.kind).arrivals(source, requested):
        found = True
        yield _land_arrival(deployment, source, arrival, insists=_insists(source, arrival, again))
    if not found and (missing := why_missing(source)):
        raise SourceUnavailable(missing)
    if not found:
        place = source.options.get("path", "its place")
        yield Landed(source.name, str(place), None, f"{source.name}: no file at {place}.")


def land_rows(
    deployment: Deployment,
    batch: Batch,
    fill: Callable[[Connection], Received],
    and_then: Callable[[Connection, int], None],
) -> Landed:
    """Land rows that the database holds already, in one transaction with what they were.

    `fill` puts them into the inbox; `and_then` is told the number of their batch. The caller holds
    the lock of landing.
    """
    with deployment.warehouse.begin() as connection:
        received = fill(connection)
        done = landing_batch.move(deployment, connection, batch, received)
        and_then(connection, done["batch_id"])
    return Landed(batch.source.name, batch.name, done["batch_id"], _sentence(done))


def _asked(deployment: Deployment, source: Source, again: tuple[str, ...]) -> ExtractRequest:
    with deployment.warehouse.begin() as connection:
        watermark = statements.value(connection, "landing/source_so_far", source=source.name)
        stamps = statements.rows(connection, "landing/etags", source=source.name)
    return ExtractRequest(
        home=deployment.home,
        secret=deployment.secret,
        watermark=watermark,
        stamps={row["file"]: row["stamp"] for row in stamps},
        again=again,
        now=deployment.warehouse.clock(),
    )


def _insists(source: Source, arrival: Extract, again: tuple[str, ...]) -> bool:
    """Return whether somebody wants an arrival taken in all the same, by its name or its path."""
    names = {arrival.name, arrival.name.rsplit("/", 1)[-1]}
    return any(name in names or name.endswith(f"/{arrival.name}") for name in again)


def _land_arrival(
    deployment: Deployment, source: Source, arrival: Extract, *, insists: bool
) -> Landed:
    """Land one arrival, or say why not."""
    if arrival.left:
        return Landed(source.name, arrival.name, None, arrival.left)
    batch = Batch(source, arrival.name, arrival.digest, arrival.byte_count, arrival.stamp, insists)
    try:
        landed = _landed_or_new(deployment, batch, arrival)
    except SourceUnfinished as error:
        return Landed(source.name, arrival.name, None, str(error))
    arrival.settle()  # also what landed before: whoever landed it may have died before this
    return landed


def _landed_or_new(deployment: Deployment, batch: Batch, arrival: Extract) -> Landed:
    before = None if batch.insists else _landed_before(deployment, batch)
    if before:
        return Landed(batch.source.name, batch.name, None, before)
    try:
        return _land_new(deployment, batch, arrival.read)
    except SourceUnreadable as error:
        return _land_fault(deployment, batch, str(error))
    except Exception as error:
        if not faults.is_of_batch(error):
            raise
        place = f"{batch.source.name}, {batch.name}"
        # Without the bytes' hash, so that they are read again when the fault may be mended.
        return _land_fault(deployment, batch.named(None), faults.report(deployment, error, place))


def _landed_before(deployment: Deployment, batch: Batch) -> str | None:
    if batch.digest is None:
        return None
    with deployment.warehouse.begin() as connection:
        found = statements.rows(
            connection,
            "landing/landed_file",
            source=batch.source.name,
            file_hash=batch.digest,
            file=batch.name,
            only_last_counts=batch.source.snapshot or "path" not in batch.source.options,
        )
    if not found:
        return None
    if found[0]["fault"]:
        return (
            f"was refused before, as batch {found[0]['batch_id']}; passed over. Once mended, or to "
            "take it in all the same: `nocturne land --again FILE`."
        )
    return f"landed before, as batch {found[0]['batch_id']} from {found[0]['file']}; passed over."


def _is_as_before(deployment: Deployment, batch: Batch, received: Received) -> bool:
    """Return whether a system that was asked again has only what came with the last batch."""
    if batch.digest or batch.insists or not received.digest:
        return False
    with deployment.warehouse.begin() as connection:
        before = statements.value(connection, "landing/source_so_far", source=batch.source.name)
    has_moved = before != received.watermark
    return not has_moved and bool(_landed_before(deployment, batch.named(received.digest)))


def _land_new(deployment: Deployment, batch: Batch, read: Callable[[], RowStream]) -> Landed:
    source = batch.source
    received = inbox.receive(deployment.warehouse, source, read())
    brings = batch.digest or received.rows or received.unreadable or source.snapshot
    if not brings or _is_as_before(deployment, batch, received):
        since = f" since {received.watermark}" if received.watermark else ""
        return Landed(source.name, batch.name, None, f"nothing new{since}.")
    with deployment.warehouse.begin() as connection:
        done = landing_batch.move(deployment, connection, batch, received)
    return Landed(source.name, batch.name, done["batch_id"], _sentence(done))


def _sentence(done: landing_batch.Row) -> str:
    message = f"batch {done['batch_id']}: {done['stored_count']:,} new rows"
    for count, words in (
        ("deleted_count", "no longer there"),
        ("duplicate_count", "seen before"),
        ("left_out_count", "left out"),
        ("unreadable_count", "unreadable"),
    ):
        message += f", {done[count]:,} {words}" if done[count] else ""
    return f"{message}: {done['note']}" if done["note"] else f"{message}."


def _land_fault(deployment: Deployment, batch: Batch, fault: str) -> Landed:
    """Give what cannot be read its landing number, without rows; once as long as nothing changes.

    Where no bytes say what came, the fault does.
    """
    source = batch.source
    named = batch.named(batch.digest or hashlib.sha256(fault.encode()).hexdigest())
    if batch.digest is None and (before := _landed_before(deployment, named)):
        return Landed(source.name, batch.name, None, before)
    with deployment.warehouse.begin() as connection:
        batch_id = int(statements.value(connection, "landing/next_batch"))
        row = named.row(deployment, batch_id) | {"fault": fault}
        statements.run(connection, "landing/insert_batch", **row)
    return Landed(source.name, batch.name, batch_id, f"{source.name}, batch {batch_id}: {fault}")
