"""The history of a source before a batch: rows by day, rows of files, shares, refusals."""

from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.checking.baseline import LEAST_ROWS, MOST_BEFORE, Shares, remember_shares
from pipelines.checking.broken_rules import RuleCounts
from pipelines.configuration.model import Source
from pipelines.warehouse import statements

BatchRow = sa.RowMapping
Refused = tuple[str, datetime | None]  # its file, and since when; None: refused just now


def _last() -> deque[int]:
    return deque(maxlen=MOST_BEFORE)


@dataclass
class SourceHistory:
    """Rows by day, rows of the last files, shares, and batches that were refused with their rows.

    Of the batches that are judged: `profiles` has the empty cells per column, and the rows;
    `unfound` what is said of customer_refs that are in no other source; `currencies` the lines in
    each. `known_currencies` are those of all that was let in, whatever its source.
    """

    REPEATED: ClassVar[str] = "rows received before"

    days: dict[date, int] = field(default_factory=dict)
    files: deque[int] = field(default_factory=_last)
    shares: Shares = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)
    profiles: dict[int, dict[str, tuple[int, int]]] = field(default_factory=dict)
    unfound: dict[int, str] = field(default_factory=dict)
    currencies: dict[int, dict[str, int]] = field(default_factory=dict)
    known_currencies: set[str] = field(default_factory=set)

    def receive(self, batch: BatchRow, counted: RuleCounts) -> None:
        """Add a batch that is let in."""
        self.refused.pop(batch["batch_id"], None)
        self.known_currencies |= self.currencies.get(batch["batch_id"], {}).keys()
        if batch["replay_of"] is not None:
            return
        for day, rows in self.ended_days(batch, counted).items():
            self.days.setdefault(day, rows)
        if batch["received_count"]:
            self.files.append(_received(batch))
        remember_shares(self.shares_of(batch), self.shares)

    def refuse(self, batch: BatchRow) -> None:
        """Note that a batch is refused with its rows."""
        if batch["stored_count"]:
            self.refused.setdefault(batch["batch_id"], (batch["file"], None))

    def refused_before(self, batch: BatchRow) -> tuple[int, str] | None:
        """Return the number and the file of a refused batch that this one was held against."""
        for batch_id, (file, refused_at) in self.refused.items():
            if batch_id < batch["batch_id"] and (
                refused_at is None or batch["landed_at"] < refused_at
            ):
                return batch_id, file
        return None

    def ended_days(self, batch: BatchRow, counted: RuleCounts) -> dict[date, int]:
        """Return the good rows of a batch by day, of days that had ended when it came."""
        days = counted.days.get(batch["batch_id"], {})
        return {day: rows for day, rows in days.items() if day and day < batch["landed_on"]}

    def shares_of(self, batch: BatchRow) -> dict[str, tuple[int, int]]:
        """Return the shares of a batch: rows received before, and empty cells per column."""
        repeated = {self.REPEATED: (batch["duplicate_count"], _received(batch))}
        return repeated | self.profiles.get(batch["batch_id"], {})


def read_history(
    connection: Connection, staging_version: str, source: Source, first_batch: int
) -> SourceHistory:
    """Return what a source had sent before a batch."""
    binds = {"staging_version": staging_version, "source": source.name, "first_batch": first_batch}
    binds["least_rows"] = 1
    past = SourceHistory()
    past.days = {r["day"]: r["row_count"] for r in _rows(connection, "checking/days", binds)}
    past.files.extend(r["row_count"] for r in _rows(connection, "checking/recent_refusals", binds))
    binds["least_rows"] = LEAST_ROWS
    for row in _rows(connection, "checking/recent_refusals", binds):
        repeated = {SourceHistory.REPEATED: (row["duplicate_count"], row["row_count"])}
        remember_shares(repeated, past.shares)
    for row in _rows(connection, "checking/profiles", binds):
        empty = {row["column_name"]: (row["null_count"], row["row_count"])}
        remember_shares(empty, past.shares)
    with statements.view(connection, "refused", "contracts/refused_batches", source=source.name):
        refused = _rows(connection, "checking/refused_profiles", binds)
    past.refused = {row["batch_id"]: (row["file"], row["refused_at"]) for row in refused}
    return past


def profile(connection: Connection, source: Source, batches: Sequence[BatchRow]) -> Any:
    """Return, per batch and mapped column, the empty cells and the rows stored; keep them."""
    columns: list[Any] = [sa.column(name) for name in source.columns]
    meta: list[Any] = [sa.column(name) for name in ("batch_id", "source", "op")]
    received = sa.table(source.entity, *meta, *columns, schema="raw")
    first, last = batches[0]["batch_id"], batches[-1]["batch_id"]
    counted = (
        sa.select(received.c.batch_id, sa.func.count(), *(sa.func.count(c) for c in columns))
        .where(
            received.c.batch_id.between(first, last),
            received.c.source == source.name,
            received.c.op == "upsert",
        )
        .group_by(received.c.batch_id)
    )
    profiles = {}
    for batch_id, rows, *given in connection.execute(counted):
        filled = zip(source.columns, given, strict=True)
        profiles[batch_id] = {name: (rows - count, rows) for name, count in filled}
    return profiles


def read_currencies(connection: Connection, past: SourceHistory, binds: dict[str, Any]) -> None:
    """Read in which currencies the batches that are judged are, and those let in before."""
    for row in _rows(connection, "checking/batch_currencies", binds):
        past.currencies.setdefault(row["batch_id"], {})[row["currency"]] = row["row_count"]
    known = _rows(connection, "checking/known_currencies", binds)
    past.known_currencies = {row["currency"] for row in known}


def keep_currencies(connection: Connection, past: SourceHistory, refused: Container[int]) -> None:
    """Keep the currencies of the batches that are let in."""
    rows = [
        {"batch_id": batch_id, "currency": currency, "row_count": count}
        for batch_id, counts in past.currencies.items()
        if batch_id not in refused
        for currency, count in counts.items()
    ]
    if rows:
        connection.execute(statements.statement("checking/insert_currency"), rows)


def keep(
    connection: Connection, staging_version: str, past: SourceHistory, counted: RuleCounts
) -> None:
    """Keep what later batches are held against: rows by day, empty cells by column."""
    days = [
        {"staging_version": staging_version, "batch_id": batch_id, "day": day, "row_count": rows}
        for batch_id, by_day in counted.days.items()
        for day, rows in by_day.items()
        if day
    ]
    cells = [
        {"batch_id": batch_id, "column_name": name, "null_count": empty, "row_count": rows}
        for batch_id, columns in past.profiles.items()
        for name, (empty, rows) in columns.items()
    ]
    for name, found in (("day", days), ("profile", cells)):
        if found:
            connection.execute(statements.statement(f"checking/insert_{name}"), found)


def _rows(connection: Connection, name: str, binds: dict[str, Any]) -> list[sa.RowMapping]:
    return statements.rows(connection, name, **binds)


def _received(batch: BatchRow) -> int:
    """Return the rows received that were not left out."""
    return int(batch["received_count"] - batch["left_out_count"])
