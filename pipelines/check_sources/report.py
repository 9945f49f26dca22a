"""Report per source whether it can be reached, what would land and how it would be read.

The first rows of the newest file, table or page go through the mapping, the typing and the contract
in a transaction that is rolled back. Nothing is written, fetched to keep, or moved on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa

from expectations.rule import CRITICAL
from pipelines import faults
from pipelines.check_sources import dry_run
from pipelines.check_sources.dry_run import NO_BATCH, BrokenRule, DryRun, FirstRows
from pipelines.configuration.model import Source
from pipelines.deployment import Deployment
from pipelines.errors import (
    NothingThere,
    SourceUnavailable,
    SourceUnfinished,
    SourceUnreadable,
    WarehouseBusy,
)
from pipelines.mapping import describe, references
from pipelines.mapping.typed_rows import BatchRange, binds_of
from pipelines.sources.files.glob import why_missing
from pipelines.sources.interface import Extract, ExtractRequest, RowStream
from pipelines.sources.preview import newest
from pipelines.warehouse import statements
from pipelines.warehouse.locks import LANDING

READABLE = "_readable"  # what the rule is called that a column can be read
SHOWN_CHARACTERS = 60  # of a value in a sentence
MOST_ROWS = 1_000  # enough to see a form that fits none of them, few enough for a terminal's wait


@dataclass
class SourceReport:
    """What was seen of a source; `faults` are to be mended, `remarks` only worth knowing."""

    source: Source
    newest: str | None = None
    byte_count: int = 0
    fate: str = ""
    is_reached: bool = True
    read: DryRun | None = None
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def look(deployment: Deployment, names: tuple[str, ...] = ()) -> Iterator[SourceReport]:
    """Look at the sources of these names, or at all, in the order of sources.yml.

    Raises
    ------
    NothingThere
        If there is no source of a name.
    WarehouseBusy
        If a landing is under way: what would land is not known before it has ended.
    """
    sources = deployment.configuration.sources
    known = [source.name for source in sources]
    if unknown := [name for name in names if name not in known]:
        raise NothingThere(
            f"sources.yml has no source {' and no '.join(unknown)}. There are: {', '.join(known)}."
        )
    with deployment.warehouse.lock(LANDING, wait=False) as got:
        if not got:
            raise WarehouseBusy("a landing is under way; check the sources when it has ended.")
        for source in sources:
            if not names or source.name in names:
                yield _look_or_report(deployment, source)


def _look_or_report(deployment: Deployment, source: Source) -> SourceReport:
    """Look at one source; a fault of ours is among its faults, and the others are looked at."""
    try:
        return look_at(deployment, source)
    except Exception as error:
        if not faults.is_of_batch(error):
            raise
        return SourceReport(source, faults=[faults.report(deployment, error, source.name)])


def look_at(deployment: Deployment, source: Source) -> SourceReport:
    """Look at one source; what is wrong with it is among its faults."""
    seen = SourceReport(source)
    requested = ExtractRequest(deployment.home, deployment.secret, now=deployment.warehouse.clock())
    try:
        arrival = newest(source, requested)
        if arrival is None and (missing := why_missing(source)):
            raise SourceUnavailable(missing)
        if arrival is None:
            seen.fate = "no file yet; the mapping cannot be tried."
            return seen
        seen.newest, seen.byte_count = arrival.name, arrival.byte_count
        seen.fate = arrival.left or _fate(deployment, source, arrival)
        reading = arrival.read()
        first = FirstRows(source, reading, _first_rows(reading))
    except SourceUnavailable as error:
        seen.is_reached = False
        seen.faults.append(str(error))
        return seen
    except (SourceUnreadable, SourceUnfinished) as error:
        seen.faults.append(str(error))
        return seen
    _try(deployment, seen, first)
    _hold_against_customers(deployment, seen)
    return seen


def _hold_against_customers(deployment: Deployment, seen: SourceReport) -> None:
    """Note where few of the customer_refs seen are in the sources of customers, landed or not.

    Of a list that was not read to its end only refs that look alike say anything.
    """
    source = seen.source
    others = references.sources_of_customers(deployment.configuration, source)
    if not (others and seen.read and seen.read.customer_refs):
        return
    reads = [look_at(deployment, other).read for other in others]
    known = frozenset[str]().union(*(read.customer_refs for read in reads if read))
    is_whole = all(read.count < MOST_ROWS for read in reads if read)
    binds = binds_of(deployment, BatchRange(source, NO_BATCH, NO_BATCH))
    with deployment.warehouse.engine.connect() as connection:
        transaction = connection.begin()
        refs = sorted(seen.read.customer_refs)
        try:
            statements.create_view(
                connection, "received", "check_sources/refs_seen", refs=refs, **binds
            )
            said = references.few_found(connection, others, known, **binds)
        finally:
            transaction.rollback()
    seen.remarks += [
        sentence for sentence in said.values() if is_whole or references.ALIKE in sentence
    ]


def _fate(deployment: Deployment, source: Source, arrival: Extract) -> str:
    """Return what would become of an arrival, as far as its name and size tell."""
    if not {"path", "files"} & source.options.keys():
        return "asked for what is new at every landing."
    with deployment.warehouse.begin() as connection:
        found = statements.rows(
            connection, "landing/landed_as", source=source.name, file=arrival.name
        )
    if not found:
        return "would land."
    [before] = found
    how = "was refused as" if before["fault"] else "landed as"
    message = f"{how} batch {before['batch_id']} on {before['landed_on']}"
    if before["byte_count"] == arrival.byte_count:
        return f"{message}; passed over as long as its bytes are the same."
    return f"{message}, and has another size now: would land again."


def _first_rows(reading: RowStream) -> list[dict[str, Any]]:
    """Return the first rows of a reading, and close it."""
    batches = reading.batches

    def drawn() -> Iterator[dict[str, Any]]:
        for batch in batches:
            yield from _slices(batch)

    rows = list(islice(drawn(), MOST_ROWS))
    if hasattr(batches, "close"):
        batches.close()
    return rows


def _slices(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    yield from batch.slice(0, MOST_ROWS).to_pylist()


def _try(deployment: Deployment, seen: SourceReport, first: FirstRows) -> None:
    """Put rows through mapping, typing and contract, and note what is found."""
    with deployment.warehouse.engine.connect() as connection:
        transaction = connection.begin()
        try:
            seen.read = dry_run.try_rows(deployment, connection, first)
        finally:
            transaction.rollback()
    if unreadable := first.stream.unreadable:
        count, torn = len(unreadable), unreadable[0]
        seen.remarks.append(f"{count:,} torn rows, such as row {torn.row_no:,}: {torn.sentence}")
    seen.faults += seen.read.faults
    seen.remarks += seen.read.remarks
    limit = seen.source.expected.reject_limit or deployment.configuration.reject_limit
    for broken in seen.read.broken:
        sentence, share = _told(seen.read, broken)
        counts = broken.rule.severity == CRITICAL or broken.rule.name.endswith(READABLE)
        is_fault = counts and (share > limit or share == 1)
        (seen.faults if is_fault else seen.remarks).append(sentence)
    _note_empty(seen, seen.read)


def _told(read: DryRun, broken: BrokenRule) -> tuple[str, float]:
    """Return what a rule says of the rows, and the share of them that break it."""
    rule, count = broken.rule, len(broken.rows)
    value = str(broken.rows[0][rule.shows])[:SHOWN_CHARACTERS]
    ours = rule.name.removesuffix(READABLE)
    if ours == rule.name or ours not in read.given:
        message = rule.sentence.replace("{value}", value)
        return f"{count:,} of {broken.checked:,} rows: {message}", count / broken.checked
    recipe = read.source.columns.get(ours)
    form = describe.of_form(recipe)
    names = " or ".join(recipe.names) if recipe else ours
    expected = "" if form else f": {rule.sentence.split('cannot be read: ')[-1].rstrip('.')}"
    message = f"are not read {form or 'as they stand'}, such as {value!r}{expected}."
    return f"{names}: {count:,} of {read.given[ours]:,} values {message}", count / read.given[ours]


def _note_empty(seen: SourceReport, read: DryRun) -> None:
    """Note what the mapping names and no row gives, and a `where` that takes none."""
    landing = read.count - read.left_out - read.deleted
    if not read.count:
        seen.remarks.append("it has no rows: only the columns could be looked at.")
    elif read.left_out == read.count:
        where = " and ".join(map(describe.of_condition, read.source.where))
        seen.remarks.append(f"none of the {read.count:,} rows is taken: {where}.")
    elif landing and (empty := [ours for ours in read.source.columns if not read.given[ours]]):
        seen.remarks.append(f"empty in all {landing:,} rows: {', '.join(empty)}.")
